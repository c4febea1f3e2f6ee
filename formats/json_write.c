#include "formats/json_write.h"

#include "core/base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- pieces ----

static void write_string(FILE *out, const char *text)
{
    size_t capacity = 4 * strlen(text) + 1; // a byte takes four as \xNN
    char *clean = malloc(capacity);
    fputc('"', out);
    for (const char *c = clean ? text_clean(clean, capacity, text) : "?"; *c; c++) {
        if (*c == '"' || *c == '\\') {
            fputc('\\', out);
        }
        fputc(*c, out);
    }
    fputc('"', out);
    free(clean);
}

static void new_line(const struct json *json)
{
    fprintf(json->out, "\n%*s", 2 * json->depth, "");
}

// What stands before a value: a comma, a line break, its name.
static void lead(struct json *json, const char *name)
{
    if (json->filled) {
        fputc(',', json->out);
    }
    new_line(json);
    if (name) {
        write_string(json->out, name);
        fputs(": ", json->out);
    }
    json->filled = true;
}

static void open_level(struct json *json, char bracket)
{
    fputc(bracket, json->out);
    json->depth++;
    json->filled = false;
}

static void close_level(struct json *json, char bracket)
{
    json->depth--;
    if (json->filled) {
        new_line(json);
    }
    fputc(bracket, json->out);
    json->filled = true;
}

// ---- for others ----

struct json json_begin(FILE *out)
{
    struct json json = {.out = out};
    open_level(&json, '{');
    return json;
}

void json_end(struct json *json)
{
    close_level(json, '}');
    fputc('\n', json->out);
}

void json_object_begin(struct json *json, const char *name)
{
    lead(json, name);
    open_level(json, '{');
}

void json_object_end(struct json *json)
{
    close_level(json, '}');
}

void json_array_begin(struct json *json, const char *name)
{
    lead(json, name);
    open_level(json, '[');
}

void json_array_end(struct json *json)
{
    close_level(json, ']');
}

void json_text(struct json *json, const char *name, const char *text)
{
    lead(json, name);
    if (text) {
        write_string(json->out, text);
    } else {
        fputs("null", json->out);
    }
}

void json_count(struct json *json, const char *name, uint64_t value)
{
    lead(json, name);
    fprintf(json->out, "%llu", (unsigned long long)value);
}

void json_number(struct json *json, const char *name, double value)
{
    char text[40] = "null";
    double again = NAN;
    bool whole = fabs(value) < 0x1p53 && value == floor(value); // no 1e+03 for a thousand
    if (whole) {
        snprintf(text, sizeof text, "%.0f", value);
    }
    for (int digits = 1; !whole && isfinite(value) && digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (text_to_double(text, -HUGE_VAL, HUGE_VAL, &again) && again == value) {
            break;
        }
    }
    lead(json, name);
    fputs(text, json->out);
}
