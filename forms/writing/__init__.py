"""How people write forms: the kind that a question's wording asks for, conditions in words, what changed."""
