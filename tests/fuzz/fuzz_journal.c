/* The journal of an unfinished pack, its own checksum made right, so that what
 * lies behind it is reached. */

#include "core/base/crc32c.h"
#include "formats/pack_journal.h"
#include "tests/fuzz/fuzz_input.h"

#include <stdlib.h>
#include <string.h>

enum { CRC_AT = 20, SIZE_AT = 24, HEAD_LEAST = 32 }; // see struct stored_head

static void mend(uint8_t *data, size_t size)
{
    uint32_t head, crc = 0;
    if (size < HEAD_LEAST) {
        return;
    }
    memcpy(&head, data + SIZE_AT, sizeof head);
    if (head >= HEAD_LEAST && head <= size) {
        memcpy(data + CRC_AT, &crc, sizeof crc);
        crc = crc32c(0, data, head);
        memcpy(data + CRC_AT, &crc, sizeof crc);
    }
}

static unsigned use(const struct pack_journal *journal)
{
    const struct pack_journal_head *head = pack_journal_head(journal);
    struct error err = ERROR_INIT;
    unsigned sum = pack_journal_is_damaged(journal);
    if (!head) {
        return sum;
    }
    char difference[100];
    pack_identity_difference(difference, sizeof difference, head->identity, "frames\t3\n");
    for (size_t i = 0; i < head->metadata_size; i++) {
        sum += head->metadata[i];
    }
    for (uint32_t i = 0; i < head->split_count; i++) {
        sum += (unsigned)head->split[i];
    }
    for (size_t i = 0; i < pack_journal_count(journal); i++) {
        struct pack_record record;
        sum += pack_journal_read(&record, journal, i, &err) > 0 ? (unsigned)record.kind : 0;
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct pack_journal *journal = NULL;
    uint8_t *mended = (uint8_t *)fuzz_text(data, size);
    mend(mended, size);
    if (pack_journal_open(&journal, fuzz_file(mended, size), false, &err) == 0) {
        volatile unsigned sum = use(journal);
        (void)sum;
        pack_journal_close(&journal);
    }
    free(mended);
    return 0;
}
