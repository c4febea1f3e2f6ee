#ifndef FORMATS_CLASS_LIST_H
#define FORMATS_CLASS_LIST_H

#include "core/base/error.h"

#include <stdbool.h>

/* The classes of a data set, in its order. */
struct class_list {
    char **names; /* [count], and a NULL behind them */
    int count;
};

enum { CLASS_LIST_MAX = 65534, CLASS_NAME_MAX = 255 }; /* classes; bytes in a name */

/* Why `name` cannot be the name of a class, in words that go behind it ("is
 * not UTF-8 ..."), or NULL when it can. */
const char *class_name_problem(const char *name);

/* A file of lines "NUMBER NAME", as UCF101's classInd.txt: numbers from 1,
 * none twice, none left out, in any order. Names are told apart without
 * regard to the case of ASCII letters. On success the caller frees *ret with
 * class_list_free(). */
int class_list_read_numbered(struct class_list *ret, const char *path,
                             struct error *err) MUST_CHECK;

/* One name per line; the lines' order is the classes'. */
int class_list_read_names(struct class_list *ret, const char *path,
                          struct error *err) MUST_CHECK;

/* "A,B,C". `what` is for messages: the option. */
int class_list_parse(struct class_list *ret, const char *text, const char *what,
                     struct error *err) MUST_CHECK;

/* The number of a class: of the very name, else of the first that differs only
 * in the case of ASCII letters, else of the first that also has blanks where
 * the name has underscores or the other way round; -1 when there is none. */
int class_list_find(const struct class_list *list, const char *name);

/* Accepts a zeroed struct. */
void class_list_free(struct class_list *list);

#endif
