build:
	swift build
.PHONY: build
