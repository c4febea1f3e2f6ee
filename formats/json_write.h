#ifndef FORMATS_JSON_WRITE_H
#define FORMATS_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* JSON (RFC 8259) for scripts, one value a line, two spaces a level. Every value has a
 * name within an object, and none (NULL) within an array. Errors of `out` are left for
 * ferror(). The locale must be "C", as it is in a program that never calls
 * setlocale(). */
struct json {
    FILE *out;
    int depth;
    bool filled; /* something stands before, on this level */
};

/* The whole is one object: begin and end it. Nothing is allocated. */
struct json json_begin(FILE *out);
void json_end(struct json *json);

void json_object_begin(struct json *json, const char *name);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *name);
void json_array_end(struct json *json);

/* A text as text_clean() has it: control characters, and bytes that are not UTF-8, are
 * \xNN. NULL is null. */
void json_text(struct json *json, const char *name, const char *text);

void json_count(struct json *json, const char *name, uint64_t value);

/* Whole numbers below 2^53 as they are; of others as many significant digits, seventeen
 * at most, as make it read as the same double;
 * null where it is not finite, which JSON has no word for. */
void json_number(struct json *json, const char *name, double value);

#endif
