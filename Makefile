# Needs only make and Python 3.11 or newer. Everything goes into .venv; what is complete is not done again.
# The recipes are plain sh, for GNU make 3.81 and BSD make alike.

.PHONY: docs run setup setup-dev test walks lint golden wheel clean

run: setup
	@exec .venv/bin/coign serve

setup:
	@python=$$(sh tools/setup/find_python.sh) && "$$python" tools/setup/bootstrap.py run

setup-dev:
	@python=$$(sh tools/setup/find_python.sh) && "$$python" tools/setup/bootstrap.py dev

# On all cores, a file or folder at a time, the longest first (tests/conftest.py says which, and how many at once). More
# options: make test TESTS="tests/ledger -x"
PYTEST = .venv/bin/python -m pytest -n logical --no-loadscope-reorder

test: setup-dev
	$(PYTEST) --dist loadgroup -m "not walk" $(TESTS)
	@echo "Not among these: two long walks through the pages in a browser. They are: make walks"

# A therapy from order to infusion by keyboard, and every page as every role: a quarter of all the time that tests take.
# A worker for each. They all lie in one folder (tests/conftest.py holds it): nothing else is read to find them.
walks: setup-dev
	$(PYTEST) -n 2 --dist loadfile -m walk tests/browser $(TESTS)

lint: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

RULES = tests/access/test_access_rules.py tests/architecture tests/catalogue tests/clinical tests/closing tests/coldchain \
	tests/collection tests/correction tests/donor tests/equipment tests/facility tests/identity tests/incident tests/infusion tests/installation tests/logistics tests/manufacturing tests/people \
	tests/quality tests/regulatory tests/safety tests/storage tests/supply tests/training

# Every branch of every rule is taken by a test that says what must come of it. The state machines stay out: they choose
# by chance, and a branch that only chance reaches is not held by anything.
rules: setup-dev
	.venv/bin/python -m coverage run -m pytest -q --ignore-glob='*_machine.py' $(RULES)
	.venv/bin/python -m coverage report --fail-under=100

# Writes the golden files anew: read the diff as you would read code.
golden: setup-dev
	.venv/bin/python -m pytest --golden $(TESTS)

# Writes the generated reference pages anew: actions, errors, HTTP, traceability.
docs: setup-dev
	.venv/bin/python -m coign.web.reference

wheel: setup-dev
	.venv/bin/python -m build --no-isolation

# Only what was made here; never the data of an installation.
clean:
	rm -rf .venv build dist frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
