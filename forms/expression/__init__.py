"""Expressions as XLSForm writes them (`${reason} = 'move' and ${children} > 1`): text → tokens → tree → closures.

`compile_expression` and `Condition` ask about a form's flat answers. The engine of whole forms uses
`forms.expression.expression.compile_expression`, which gives an `Expression` to be asked of a `Node` within a `Scope`.
"""

from forms.expression.condition import Condition
from forms.expression.condition import compile_condition as compile_expression

__all__ = ["Condition", "compile_expression"]
