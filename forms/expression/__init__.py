"""Expressions as XLSForm writes them (`${reason} = 'move' and ${children} > 1`): text → tokens → tree → closures."""

from forms.expression.expression import Expression, compile_expression
from forms.expression.node import Chosen, Node, instance_of
from forms.expression.run import Budget, Scope

__all__ = ["Budget", "Chosen", "Expression", "Node", "Scope", "compile_expression", "instance_of"]
