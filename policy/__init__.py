"""Questions answered from law and policy text, with the article cited, or honestly not answered."""

from policy.answer import Answer, answer_in_words, find

__all__ = ["Answer", "answer_in_words", "find"]
