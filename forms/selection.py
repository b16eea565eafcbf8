"""Which responses are meant: an expression over what was sent, the same as a condition of a form."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, tzinfo

from forms.expression import Budget, Node, Scope, compile_expression
from forms.form import Form
from forms.handover.table import Layout
from forms.questions.base import Answers
from forms.sheet import id_of

_MOST_STEPS = 5_000_000  # nodes looked at for all responses together: a few seconds


def selection(form: Form, source: str, *, now: datetime, zone: tzinfo) -> Callable[[Answers], bool]:
    """Whether a response is one of them. Raises Mistake: where the expression is wrong, and what to write.

    What did not matter and what was skipped reads as empty; ${id} of a repeat is the answers of all its turns. The
    function raises Mistake where there is too much to look at.
    """
    known = {question.id: question for question in form.valued}
    expression = compile_expression(source, known)
    wanted = expression.mentions | expression.fields
    once = {question.id for question in Layout(form).tables[0].questions} & wanted
    budget = Budget(_MOST_STEPS)

    def label(id_: str, name: str) -> str | None:
        options = known[id_].options() if id_ in known else ()
        return next((option.label.ja for option in options if option.name == name), None)

    def chosen(answers: Answers) -> bool:
        root, nodes = Node("data"), defaultdict[str, list[Node]](list)
        for id_ in once - answers.keys():
            nodes[id_].append(root.append(Node(id_)))
        for key, value in answers.items():
            if (id_ := id_of(key)) in wanted and id_ in known:
                nodes[id_].append(root.append(Node(id_, known[id_].expressed(value))))
        scope = Scope(
            named=lambda id_, _node: nodes.get(id_, []),
            instances=form.instances,
            now=now,
            zone=zone,
            label=label,
            budget=budget,
        )
        return expression.holds(root, scope)

    return chosen
