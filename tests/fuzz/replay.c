/*
 * replay.c - main() for a fuzz driver without a fuzzer: each file that is
 * named is given to it as it is, cut short, and with some of its bytes changed,
 * in an order that is the same in each run.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST    ((size_t)1 << 20)
#define CHANGES 300

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static uint64_t state = 1;

/* xorshift64 (Marsaglia 2003) */
static size_t any(size_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % below);
}

/* A block of its own for each input, so that a sanitizer sees the first byte read beyond it. */
static void give(const unsigned char *data, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void change(unsigned char *data, size_t *size)
{
	static const char interesting[] = "\0\n /.-0919afx\"'[{:#\xff";
	size_t at = any(*size);

	switch (any(4)) {
	case 0:
		data[at] = (unsigned char)(data[at] ^ 1u << any(8));
		break;
	case 1:
		data[at] = (unsigned char)interesting[any(sizeof(interesting))];
		break;
	case 2:
		memmove(data + at, data + at + 1, *size - at - 1);
		--*size;
		break;
	default:
		memmove(data + at + 1, data + at, *size - at);
		++*size;
	}
}

static void replay(const unsigned char *data, size_t size)
{
	static unsigned char changed[MOST + 64];

	give(data, size);
	for (size_t cut = 0; cut < size && cut < 200; cut++)
		give(data, cut * (size / 200 + 1) % size);
	for (int i = 0; i < CHANGES && size; i++) {
		size_t now = size;

		memcpy(changed, data, size);
		for (size_t n = any(6) + 1; n && now; n--)
			change(changed, &now);
		give(changed, now);
	}
}

int main(int argc, char **argv)
{
	static unsigned char data[MOST];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t size;

		if (!file) {
			perror(argv[i]);
			return 1;
		}
		size = fread(data, 1, sizeof(data), file);
		fclose(file);
		replay(data, size);
	}
	return argc > 1 ? 0 : 1;
}
