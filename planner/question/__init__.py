"""From what a scenario asks to the solver's problems, and from its results to a choice with proof, or to why not."""

from planner.question.answer import Answer
from planner.question.answering import Found, Run, answer
from planner.question.asked import Kept, Question, ask, rule_notes, unpaid_costs
from planner.question.at_budgets import Spread, at_budgets
from planner.question.budgets import cost_of_all, resolved_budgets
from planner.question.fewest import fewest_years
from planner.question.kept import broken_rules
from planner.question.two_ways import answer_with_second_paths
from planner.question.what_if import other_budgets, with_office

__all__ = [
    "Answer",
    "Found",
    "Kept",
    "Question",
    "Run",
    "Spread",
    "answer",
    "answer_with_second_paths",
    "ask",
    "at_budgets",
    "broken_rules",
    "cost_of_all",
    "fewest_years",
    "other_budgets",
    "resolved_budgets",
    "rule_notes",
    "unpaid_costs",
    "with_office",
]
