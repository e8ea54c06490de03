"""From what a scenario asks to the solver's problems, and from its results to a choice with proof, or to why not."""

from planner.question.answer import Answer
from planner.question.answering import answer
from planner.question.asked import Question, ask, rule_notes
from planner.question.budgets import cost_of_all, resolved_budgets
from planner.question.fewest import fewest_years

__all__ = ["Answer", "Question", "answer", "ask", "cost_of_all", "fewest_years", "resolved_budgets", "rule_notes"]
