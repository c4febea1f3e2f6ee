#ifndef TOOLS_TRAIN_BUILTIN_H
#define TOOLS_TRAIN_BUILTIN_H

#include <stddef.h>

/* Nets of data/nets/ and recipes of data/recipes/, put into the program when it was
 * built, so that it finds them wherever it runs. */
struct builtin {
    const char *name;         /* of the file, without its ending */
    const char *const *lines; /* with their line ends; ends with NULL */
};

/* Both end with an entry without a name. */
extern const struct builtin builtin_nets[];
extern const struct builtin builtin_recipes[];

/* The one of this name, or NULL. */
const struct builtin *builtin_find(const struct builtin *list, const char *name);

/* All of its lines, which the caller frees; NULL when out of memory. */
char *builtin_text(const struct builtin *builtin);

/* "batchnorm, deep, ...", as much as fits. Returns out. */
char *builtin_names(char *out, size_t capacity, const struct builtin *list);

#endif
