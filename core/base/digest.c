#include "core/base/digest.h"

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

struct digest {
    SHA2_CTX context;
};

struct digest *digest_start(void)
{
    struct digest *digest = malloc(sizeof *digest);
    if (digest) {
        SHA256Init(&digest->context);
    }
    return digest;
}

void digest_add(struct digest *digest, const void *data, size_t size)
{
    SHA256Update(&digest->context, data, size);
}

void digest_add_text(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text) + 1);
}

void digest_finish(struct digest **digest, char hex[DIGEST_HEX_SIZE])
{
    SHA256End(&(*digest)->context, hex);
    free(*digest);
    *digest = NULL;
}
