#include "formats/net_text.h"

#include "core/base/io.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct parser {
    const char *name;
    char *cursor; // in a copy of the text, which is cut up on the way
    int number;   // of the line last taken
    struct error *err;
};

struct line_list {
    struct net_line *lines;
    int count;
    int capacity;
};

static void free_lines(struct net_line *lines, int count)
{
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < lines[i].argument_count; k++) {
            free(lines[i].arguments[k].key);
            free(lines[i].arguments[k].value);
        }
        free(lines[i].arguments);
        free(lines[i].word);
        free_lines(lines[i].body, lines[i].body_count);
    }
    free(lines);
}

void net_spec_free(struct net_spec **spec)
{
    struct net_spec *s = *spec;
    if (s) {
        free_lines(s->lines, s->line_count);
        free(s->name);
        free(s->text);
        free(s);
        *spec = NULL;
    }
}

// Layers and keys: a lower-case letter, then such letters, digits and '_'.
static bool is_name(const char *word)
{
    return word[0] >= 'a' && word[0] <= 'z'
        && word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_")] == 0;
}

static int no_memory(const struct parser *p)
{
    return error_nomem(p->err, p->name);
}

// The next line with comment and tabs taken out, or NULL at the end.
static char *next_line(struct parser *p, int *ret_code)
{
    char *line = text_next_line(&p->cursor);
    if (!line) {
        return NULL;
    }
    p->number++;
    for (char *c = line; *c; c++) {
        *c = *c == '\t' ? ' ' : *c;
    }
    if (!text_is_clean(line)) {
        *ret_code = error_set(p->err, ERR_FORMAT, "%s, line %d: a byte that is not UTF-8 text "
                              "(or a control character)", p->name, p->number);
        return NULL;
    }
    line[strcspn(line, "#")] = 0;
    return line;
}

// Take the next word off the line; NULL when there is none.
static char *next_word(char **cursor)
{
    char *word = *cursor + strspn(*cursor, " ");
    if (!*word) {
        return NULL;
    }
    char *end = word + strcspn(word, " ");
    *cursor = *end ? end + 1 : end;
    *end = 0;
    return word;
}

static int check_argument(const struct parser *p, const struct net_line *line, const char *key,
                          const char *value)
{
    if (!key) {
        bool late = line->argument_count > 0 && line->arguments[line->argument_count - 1].key;
        return late ? error_set(p->err, ERR_FORMAT, "%s, line %d: '%s' stands behind key=value; "
                                "arguments without a key come first", p->name, p->number, value)
                    : 0;
    }
    if (!is_name(key)) {
        return error_set(p->err, ERR_FORMAT, "%s, line %d: '%s' is no key: a lower-case letter, "
                         "then letters, digits or '_', is needed before '='", p->name, p->number,
                         key);
    }
    if (!*value || strchr(value, '=')) {
        return error_set(p->err, ERR_FORMAT, "%s, line %d: '%s=%s': one value without '=' is "
                         "needed behind '%s='", p->name, p->number, key, value, key);
    }
    for (int i = 0; i < line->argument_count; i++) {
        if (line->arguments[i].key && strcmp(line->arguments[i].key, key) == 0) {
            return error_set(p->err, ERR_FORMAT, "%s, line %d: '%s' is given twice", p->name,
                             p->number, key);
        }
    }
    return 0;
}

static int add_argument(const struct parser *p, struct net_line *line, char *word)
{
    char *key = NULL;
    char *value = word;
    char *equals = strchr(word, '=');
    if (equals) {
        *equals = 0;
        key = word;
        value = equals + 1;
    }
    int code = check_argument(p, line, key, value);
    if (code < 0) {
        return code;
    }
    if (line->argument_count == NET_TEXT_ARGUMENTS_MAX) {
        return error_set(p->err, ERR_FORMAT, "%s, line %d: more than %d arguments", p->name,
                         p->number, NET_TEXT_ARGUMENTS_MAX);
    }
    size_t count = (size_t)line->argument_count + 1;
    struct net_argument *arguments = realloc(line->arguments, count * sizeof *arguments);
    if (!arguments) {
        return no_memory(p);
    }
    line->arguments = arguments;
    struct net_argument *a = &arguments[line->argument_count++];
    *a = (struct net_argument){.key = key ? strdup(key) : NULL, .value = strdup(value)};
    return (key && !a->key) || !a->value ? no_memory(p) : 0;
}

// The words of a line into *line. *ret_opens: a block follows.
static int parse_words(const struct parser *p, char *text, struct net_line *line,
                       bool *ret_opens)
{
    *ret_opens = false;
    for (char *word; (word = next_word(&text)) != NULL;) {
        if (strlen(word) > NET_TEXT_WORD_MAX) {
            return error_set(p->err, ERR_FORMAT, "%s, line %d: a word of %zu bytes; at most %d "
                             "are allowed", p->name, p->number, strlen(word), NET_TEXT_WORD_MAX);
        }
        if (*ret_opens || (strpbrk(word, "{}") && (!line->word || strcmp(word, "{") != 0))) {
            return error_set(p->err, ERR_FORMAT, "%s, line %d: '%s': '{' must be the last word "
                             "of a layer's line, and '}' stand alone on its own", p->name,
                             p->number, word);
        }
        int code = 0;
        if (!line->word) {
            if (!is_name(word)) {
                return error_set(p->err, ERR_FORMAT, "%s, line %d: '%s' is no layer: a "
                                 "lower-case letter, then letters, digits or '_', is needed",
                                 p->name, p->number, word);
            }
            line->number = p->number;
            line->word = strdup(word);
            code = line->word ? 0 : no_memory(p);
        } else if (word[0] == '{') {
            *ret_opens = true;
        } else {
            code = add_argument(p, line, word);
        }
        if (code < 0) {
            return code;
        }
    }
    return 0;
}

static struct net_line *add_line(const struct parser *p, struct line_list *list)
{
    if (list->count == list->capacity) {
        int capacity = list->capacity ? 2 * list->capacity : 16;
        struct net_line *lines = realloc(list->lines, (size_t)capacity * sizeof *lines);
        if (!lines) {
            no_memory(p);
            return NULL;
        }
        list->lines = lines;
        list->capacity = capacity;
    }
    struct net_line *line = &list->lines[list->count++];
    *line = (struct net_line){0};
    return line;
}

// Is this line "}" and nothing else?
static bool closes(const char *text)
{
    text += strspn(text, " ");
    return text[0] == '}' && text[1 + strspn(text + 1, " ")] == 0;
}

// Lines up to the end of the text (depth 0) or the closing brace of the block
// that line `opened` began. What was read is in *list also on failure.
static int parse_lines(struct parser *p, struct line_list *list, int depth, int opened)
{
    int code = 0;
    for (char *text; (text = next_line(p, &code)) != NULL;) {
        if (text[strspn(text, " ")] == 0) {
            continue;
        }
        if (closes(text)) {
            if (depth == 0) {
                return error_set(p->err, ERR_FORMAT, "%s, line %d: '}' without a '{' before it",
                                 p->name, p->number);
            }
            return list->count ? 0
                               : error_set(p->err, ERR_FORMAT, "%s, line %d: the block holds no "
                                           "layers", p->name, opened);
        }
        struct net_line *line = add_line(p, list);
        bool opens;
        code = line ? parse_words(p, text, line, &opens) : ERR_NOMEM;
        if (code < 0) {
            return code;
        }
        if (opens) {
            if (depth == NET_TEXT_DEPTH_MAX) {
                return error_set(p->err, ERR_FORMAT, "%s, line %d: blocks are nested more than "
                                 "%d deep", p->name, p->number, NET_TEXT_DEPTH_MAX);
            }
            struct line_list body = {0};
            code = parse_lines(p, &body, depth + 1, p->number);
            line->body = body.lines;
            line->body_count = body.count;
        }
        if (code < 0) {
            return code;
        }
    }
    if (code == 0 && depth > 0) {
        code = error_set(p->err, ERR_FORMAT, "%s, line %d: the block is not closed: '}' is "
                         "missing", p->name, opened);
    }
    return code;
}

int net_text_parse(struct net_spec **ret, const char *text, const char *name, struct error *err)
{
    size_t size = strlen(text);
    if (size > NET_TEXT_SIZE_MAX) {
        return error_set(err, ERR_FORMAT, "%s: %zu bytes; a net has at most %d", name, size,
                         NET_TEXT_SIZE_MAX);
    }
    struct line_list list = {0};
    struct net_spec *spec = calloc(1, sizeof *spec);
    char *copy = strdup(text);
    int code;
    if (!spec || !copy) {
        code = error_nomem(err, name);
        goto done;
    }
    struct parser parser = {.name = name, .cursor = copy, .err = err};
    code = parse_lines(&parser, &list, 0, 0);
    spec->lines = list.lines;
    spec->line_count = list.count;
    if (code < 0) {
        goto done;
    }
    if (list.count == 0) {
        code = error_set(err, ERR_FORMAT, "%s: holds no layers", name);
        goto done;
    }
    spec->name = strdup(name);
    spec->text = strdup(text);
    if (!spec->name || !spec->text) {
        code = error_nomem(err, name);
        goto done;
    }
    *ret = spec;
    spec = NULL;

done:
    free(copy);
    net_spec_free(&spec);
    return code;
}

int net_text_read(struct net_spec **ret, const char *path, struct error *err)
{
    char *text;
    size_t size;
    int code = io_read_file(&text, &size, path, NET_TEXT_SIZE_MAX, err);
    if (code < 0) {
        return code;
    }
    if (strlen(text) != size) {
        code = error_set(err, ERR_FORMAT, "%s: not a text: holds a NUL byte", path);
    } else {
        code = net_text_parse(ret, text, path, err);
    }
    free(text);
    return code;
}
