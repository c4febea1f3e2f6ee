#ifndef TOOLS_PROGRAM_H
#define TOOLS_PROGRAM_H

/* What every program does first, whatever its caller left it with: standard
 * descriptors that are open (else a file of ours would get number 2 and
 * messages would be written into it), children that can be waited for, and a
 * message where a mapped file is lost (tools/common/lost_file.h). */
void program_start(void);

#endif
