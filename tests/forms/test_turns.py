"""What an expression within one turn of a repeat sees of the others."""

from forms.form import Form
from forms.journey import Journey


def test_a_turn_does_not_count_what_only_another_turn_has():
    name = {"id": "name", "kind": "text", "title": "名"}
    pet = {"id": "pet", "kind": "repeat", "title": "ペット", "least": 0, "questions": [name]}
    pets = {"id": "pets", "kind": "calculated", "calculate": "count(${pet})"}
    named = {"id": "named", "kind": "calculated", "calculate": "concat('-', ${name})"}
    person = {"id": "person", "kind": "repeat", "title": "人", "count": "2", "questions": [pet, pets, named]}
    form = Form.model_validate({"name": "a", "title": "b", "questions": [person]})
    counted = Journey(form, {"pet.1.0.more": "yes", "name.1.1": "ポチ"}).counted
    assert (counted["pets.1"], counted["pets.2"]) == (1, 0)
    assert (counted["named.1"], counted["named.2"]) == ("-ポチ", "-")
