"""Conditions as XLSForm writes them (`${reason} = 'move' and ${children} > 1`): text → tokens → tree → closures."""

from forms.expression.compiler import Condition, compile_expression

__all__ = ["Condition", "compile_expression"]
