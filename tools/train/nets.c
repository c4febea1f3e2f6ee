#include "tools/train/nets.h"

#include "core/base/text.h"
#include "formats/net_text.h"
#include "tools/train/builtin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int not_found(const char *net, int number, struct error *err)
{
    char shown[128], names[256];
    text_escape(shown, sizeof shown, net);
    return number == ENOENT
        ? error_set(err, ERR_VALUE, "--net %s: neither a file nor a built-in net (%s)", shown,
                    builtin_names(names, sizeof names, builtin_nets))
        : error_errno(err, number, "--net %s", shown);
}

// "nets/deep.net" -> "deep"; NULL when out of memory.
static char *name_of_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t length = strlen(base);
    if (length > 4 && strcmp(base + length - 4, ".net") == 0) {
        length -= 4;
    }
    // It is stored and shown: printable, whatever the file is called.
    size_t capacity = 4 * length + 1;
    char *raw = strndup(base, length);
    char *name = malloc(capacity);
    if (raw && name) {
        text_escape(name, capacity, raw);
    } else {
        free(name);
        name = NULL;
    }
    free(raw);
    return name;
}

int nets_find(struct net_spec **ret, char **ret_name, const char *net, struct error *err)
{
    const struct builtin *builtin = builtin_find(builtin_nets, net);
    struct net_spec *spec = NULL;
    char *text = NULL;
    int code;
    char *name = builtin ? strdup(net) : name_of_file(net);
    if (!name) {
        return error_nomem(err, net);
    }
    if (builtin) {
        text = builtin_text(builtin);
        code = text ? net_text_parse(&spec, text, net, err) : error_nomem(err, net);
    } else if (access(net, F_OK) < 0) {
        code = not_found(net, errno, err);
    } else {
        code = net_text_read(&spec, net, err);
    }
    free(text);
    if (code < 0) {
        free(name);
        return code;
    }
    *ret = spec;
    *ret_name = name;
    return 0;
}
