"""Questions answered from law and policy text, with the article cited, or honestly not answered."""

from policy.answer import Answer, Found, find
from policy.wording import answer_in_words

__all__ = ["Answer", "Found", "answer_in_words", "find"]
