#include "tools/train/recipe.h"

#include "core/base/io.h"
#include "core/base/text.h"
#include "tools/train/builtin.h"
#include "tools/train/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECIPE_SIZE_MAX = 1 << 20, NAMES_MAX = 256 };

struct recipe {
    char *text; // cut into names and values
    const char *path;
    const char *names[NAMES_MAX]; // that were set, and in which line
    int lines[NAMES_MAX];
    int count;
};

static char *trimmed(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t", text[length - 1])) {
        text[--length] = 0;
    }
    return text;
}

// Options that a recipe cannot give: they say which recipe it is.
static bool is_outside(const char *name)
{
    static const char *const outside[] = {"recipe", "resume", "help", "version"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        if (strcmp(outside[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static int remember(struct recipe *recipe, const char *name, int line, struct error *err)
{
    for (int i = 0; i < recipe->count; i++) {
        if (strcmp(recipe->names[i], name) == 0) {
            return error_set(err, ERR_USAGE, "%s, line %d: %s was given in line %d already",
                             recipe->path, line, name, recipe->lines[i]);
        }
    }
    if (recipe->count == NAMES_MAX) {
        return error_set(err, ERR_USAGE, "%s, line %d: more than %d options", recipe->path, line,
                         NAMES_MAX);
    }
    recipe->names[recipe->count] = name;
    recipe->lines[recipe->count++] = line;
    return 0;
}

static int apply_line(struct recipe *recipe, struct train_settings *settings, char *line,
                      int number, struct error *err)
{
    char shown[96];
    line = trimmed(line);
    if (!line[0] || line[0] == '#') {
        return 0;
    }
    char *sign = strchr(line, '=');
    if (!sign || sign == line) {
        return error_set(err, ERR_USAGE, "%s, line %d: '%s' is not 'name = value'", recipe->path,
                         number, text_escape(shown, sizeof shown, line));
    }
    *sign = 0;
    char *name = trimmed(line), *value = trimmed(sign + 1);
    if (record_is_fact(name)) {
        return 0;
    }
    if (is_outside(name)) {
        return error_set(err, ERR_USAGE, "%s, line %d: %s can be given on the command line only",
                         recipe->path, number, name);
    }
    int code = remember(recipe, name, number, err);
    struct error own = ERROR_INIT;
    code = code < 0 ? code : options_set(&train_command, settings, name, value, &own);
    return own.code < 0 ? error_set(err, own.code, "%s, line %d: %s", recipe->path, number,
                                    own.text)
                        : code;
}

static int read_text(struct recipe *recipe, const char *path, struct error *err)
{
    size_t size;
    const struct builtin *builtin = builtin_find(builtin_recipes, path);
    if (builtin) {
        recipe->text = builtin_text(builtin);
        return recipe->text ? 0 : error_nomem(err, path);
    }
    if (!strchr(path, '/') && access(path, F_OK) < 0 && errno == ENOENT) {
        char shown[128], names[256];
        return error_set(err, ERR_VALUE, "--recipe %s: neither a file nor a built-in recipe (%s)",
                         text_escape(shown, sizeof shown, path),
                         builtin_names(names, sizeof names, builtin_recipes));
    }
    int code = io_read_file(&recipe->text, &size, path, RECIPE_SIZE_MAX, err);
    if (code == 0 && strlen(recipe->text) != size) {
        code = error_set(err, ERR_FORMAT, "%s: holds a NUL: no text of options", path);
    }
    return code;
}

int recipe_apply(struct recipe **ret, struct train_settings *settings, const char *path,
                 struct error *err)
{
    struct recipe *recipe = calloc(1, sizeof *recipe);
    if (!recipe) {
        return error_nomem(err, path);
    }
    recipe->path = path;
    int code = read_text(recipe, path, err);
    char *cursor = recipe->text, *line;
    for (int number = 1; code == 0 && (line = text_next_line(&cursor)) != NULL; number++) {
        code = apply_line(recipe, settings, line, number, err);
    }
    recipe->path = NULL; // the caller's
    if (code < 0) {
        recipe_free(&recipe);
        return code;
    }
    *ret = recipe;
    return 0;
}

void recipe_free(struct recipe **recipe)
{
    if (*recipe) {
        free((*recipe)->text);
        free(*recipe);
        *recipe = NULL;
    }
}
