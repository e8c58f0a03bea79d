# The targets that test. Each prints its points and seconds.
.PHONY: check-unit
check-unit: units
	@for t in $(UNITS); do $$t || exit 1; done
