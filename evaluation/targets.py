"""What the figures shall reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A bound on a figure: at least it or, with `most`, at most it."""

    bound: float
    most: bool = False

    def met(self, value: float) -> bool:
        """Whether the figure itself reaches it; its interval may still reach beyond."""
        return value <= self.bound if self.most else value >= self.bound


MAIN, SERVICES, SEVERAL, EMPTY = "主要服务判对", "服务 micro-F1", "多个需求全部找到", "没有需求时不乱猜"
INTENT, INTENTS = "意图判对", "意图 macro-F1"
DANGER, HARD_ALARM, ALARM, EMERGENCY = (
    "危险被察觉（任何一类）",
    "误报：听着像危险的话",
    "误报：平常的话",
    "紧急的至少判为急",
)
P50, P95, RATE = "解析 p50（毫秒）", "解析 p95（毫秒）", "每秒解析（条）"

TARGETS = {
    MAIN: Target(0.90),
    SERVICES: Target(0.88),
    SEVERAL: Target(0.75),
    EMPTY: Target(0.95),
    INTENT: Target(0.94),
    INTENTS: Target(0.93),
    DANGER: Target(0.97),
    HARD_ALARM: Target(0.03, most=True),
    ALARM: Target(0.005, most=True),
    EMERGENCY: Target(0.99),
    P50: Target(8, most=True),
    RATE: Target(150),
}
