"""The feature blocks of a message, which featurizers add and heads read.

A block is a matrix of shape (passages, features), the first row for the message as a whole. Blocks stay apart because
n-grams are sparse and meaning is dense; the features of a later block count on from those of the earlier ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import numpy as np
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack

BLOCKS = "blocks"
Block = Union[csr_matrix, np.ndarray]


def add_block(message: Message, block: Block) -> None:
    """Puts a further block, float32, beside those that other featurizers gave the message."""
    message.set(BLOCKS, [*blocks_of(message), block])


def blocks_of(message: Message) -> list[Block]:
    """The blocks of a message, in the order in which they were added."""
    return message.get(BLOCKS) or []


def stacked(messages: list[Message]) -> csr_matrix:
    """The first rows of all messages, one below the other, shape (messages, features of all blocks)."""
    parts = zip(*(blocks_of(m) for m in messages), strict=True)
    return hstack([_first_rows(part) for part in parts], format="csr")


def _first_rows(blocks: Sequence[Block]) -> csr_matrix:
    if isinstance(blocks[0], np.ndarray):
        return csr_matrix(np.concatenate([block[:1] for block in blocks]))
    return vstack([block if block.shape[0] == 1 else block[:1] for block in blocks], format="csr")
