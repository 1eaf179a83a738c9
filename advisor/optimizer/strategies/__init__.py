"""Ways of choosing a portfolio, each exact within its limits, each with the solvers it asked and its reasons."""

from advisor.optimizer.strategies.registry import STRATEGIES, allocate, allocate_with_general
from advisor.optimizer.strategies.task import Allocation, Task

__all__ = ["STRATEGIES", "Allocation", "Task", "allocate", "allocate_with_general"]
