#include "tests/unit/nn_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_LABEL = 1, STREAM_PATTERN = 2, STREAM_NOISE = 3, STREAM_PARAMETER = 4 };

static void *need(void *memory)
{
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        abort();
    }
    return memory;
}

// ---- golden files ----

FILE *fixture_golden(const char *name)
{
    const char *root = getenv("TRIPTYCH_SOURCE_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%s", root ? root : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: cannot be read (TRIPTYCH_SOURCE_ROOT names the source tree)\n", path);
        abort();
    }
    return file;
}

int fixture_golden_lines(const char *name, void (*check)(const void *context, char *line),
                         const void *context)
{
    FILE *file = fixture_golden(name);
    char *line = NULL;
    size_t capacity = 0;
    int count = 0;
    for (; getline(&line, &capacity, file) > 0; count++) {
        check(context, line);
    }
    free(line);
    fclose(file);
    return count;
}

// ---- specs ----

static void add_word(struct net_line *line, char *word)
{
    if (!line->word) {
        line->word = need(strdup(word));
        return;
    }
    if (strcmp(word, "{") == 0) {
        line->body = need(calloc(1, sizeof *line->body));
        return;
    }
    size_t count = (size_t)line->argument_count + 1;
    line->arguments = need(reallocarray(line->arguments, count, sizeof *line->arguments));
    struct net_argument *argument = &line->arguments[line->argument_count++];
    char *equals = strchr(word, '=');
    argument->key = equals ? need(strndup(word, (size_t)(equals - word))) : NULL;
    argument->value = need(strdup(equals ? equals + 1 : word));
}

struct net_spec *fixture_spec(const char *text)
{
    struct net_spec *spec = need(calloc(1, sizeof *spec));
    spec->name = need(strdup("test.net"));
    spec->text = need(strdup(text));
    char *copy = need(strdup(text));
    char *lines = copy;
    char *line;
    int number = 0;
    while ((line = strsep(&lines, "\n"))) {
        number++;
        char *word;
        struct net_line made = {.number = number};
        while ((word = strsep(&line, " "))) {
            if (*word) {
                add_word(&made, word);
            }
        }
        if (made.word) {
            size_t count = (size_t)spec->line_count + 1;
            spec->lines = need(reallocarray(spec->lines, count, sizeof *spec->lines));
            spec->lines[spec->line_count++] = made;
        }
    }
    free(copy);
    return spec;
}

void fixture_spec_free(struct net_spec **pointer)
{
    struct net_spec *spec = *pointer;
    for (int i = 0; i < spec->line_count; i++) {
        struct net_line *line = &spec->lines[i];
        for (int k = 0; k < line->argument_count; k++) {
            free(line->arguments[k].key);
            free(line->arguments[k].value);
        }
        free(line->arguments);
        free(line->body);
        free(line->word);
    }
    free(spec->lines);
    free(spec->name);
    free(spec->text);
    free(spec);
    *pointer = NULL;
}

struct net *fixture_net(const char *text, struct net_input input, int classes)
{
    struct net_spec *spec = fixture_spec(text);
    struct net *net;
    struct error err = ERROR_INIT;
    if (net_build(&net, spec, input, classes, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    fixture_spec_free(&spec);
    return net;
}

// ---- numbers ----

uint64_t fixture_hash(unsigned stream, uint64_t index)
{
    uint64_t z = (((uint64_t)stream << 56) + index) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double fixture_uniform(unsigned stream, uint64_t index)
{
    return (double)(fixture_hash(stream, index) >> 11) * 0x1p-52 - 1;
}

void fixture_fill_parameters(struct net *net)
{
    struct parameters *all = net_parameters(net);
    double bound = 0;
    for (int k = 0; k < all->count; k++) {
        const struct parameter *parameter = &all->table[k];
        if (parameter->dim_count > 1) { // a bias takes the bound of its weight
            bound = 1 / sqrt((double)(parameter->size / (size_t)parameter->dim[0]));
        }
        for (size_t i = 0; i < parameter->size; i++) {
            uint64_t index = ((uint64_t)k << 40) + i;
            all->values[parameter->offset + i]
                = (real)(fixture_uniform(STREAM_PARAMETER, index) * bound);
        }
    }
}

// ---- data ----

struct fixture_data fixture_data_make(size_t samples, int frames, int height, int width,
                                      int classes)
{
    struct fixture_data made = {0};
    size_t bytes = samples * (size_t)frames * (size_t)height * (size_t)width * 3;
    made.frames = need(malloc(bytes));
    made.labels = need(malloc(samples * sizeof *made.labels));
    made.rows = need(malloc(samples * sizeof *made.rows));
    size_t at = 0;
    for (size_t s = 0; s < samples; s++) {
        made.rows[s] = (uint32_t)s;
        made.labels[s] = (uint16_t)(fixture_hash(STREAM_LABEL, s) % (unsigned)classes);
        for (int row = 0; row < frames * height; row++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++, at++) {
                    uint64_t square = (uint64_t)made.labels[s] * 64 + (uint64_t)(row % height / 8);
                    square = (square * 64 + (uint64_t)(x / 8)) * 3 + (uint64_t)c;
                    made.frames[at] = (uint8_t)((fixture_hash(STREAM_PATTERN, square) >> 57)
                                                + (fixture_hash(STREAM_NOISE, at) >> 57));
                }
            }
        }
    }
    made.data = (struct dataset){.frames = made.frames, .labels = made.labels, .samples = samples,
                                 .frames_per_sample = frames, .height = height, .width = width};
    made.all = (struct subset){made.rows, samples};
    return made;
}

void fixture_data_free(struct fixture_data *data)
{
    free(data->frames);
    free(data->labels);
    free(data->rows);
    *data = (struct fixture_data){0};
}
