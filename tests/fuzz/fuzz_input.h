#ifndef FUZZ_FUZZ_INPUT_H
#define FUZZ_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* What a fuzz target is: it takes any bytes and returns 0. A crash, a sanitizer
 * report or a leak is a finding. libFuzzer calls it in builds with
 * -Dfuzzing=true, tests/fuzz/replay.c in all others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path of a file with these bytes, for parsers that open their input. There
 * is one such file: it is good until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* The same bytes with a NUL behind them, as a text; the caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

#endif
