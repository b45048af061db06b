"""Words: jieba with the project's own dictionary, over normalised text."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from nlu.components.passages import LONGEST
from nlu.normalise import normalise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class Words(Tokenizer):
    """Cuts text into words. Offsets stay those of the original: normalising keeps the length.

    A jieba of its own, because the dictionary behind `jieba.cut` is shared by the whole process.
    """

    @staticmethod
    def supported_languages() -> list[str]:
        """Chinese only."""
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        """The packages Rasa checks for before it starts."""
        return ["jieba"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`dictionary`: a jieba word list, one word a line."""
        return {
            "dictionary": "data/lexicon/words.txt",
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        self._jieba.load_userdict(str(Path(config["dictionary"])))

    @classmethod
    def create(cls, config: dict[str, Any], *_: Any) -> Words:
        """A tokenizer that needs no training."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Words without white space and punctuation; a text of nothing else is one token, so that it is not lost.
        Of a longer text no word is used behind what `Passages` reads."""
        text = normalise(message.get(attribute)[:LONGEST])
        words = [
            Token(word, start)
            for word, start, _ in self._jieba.tokenize(text, HMM=False)
            if word.strip() and any(character.isalnum() for character in word)
        ]
        return words or [Token(text, 0)]
