/* QEMU plugin that counts the guest's instructions between two marks, with one figure for each pair of marks.

   A mark is a system call with a number that no Linux kernel has. The guest gets an error, which it ignores:
     START  counting begins
     STOP   counting ends; the count goes to FILE as an unsigned 64-bit integer
     CASE   the code that ran since the last CASE goes to FILE.blocks: "address instructions runs" of each translated block
   Translated blocks are counted as a whole, and a system call ends its block, so a count is exact but for the few
   instructions of the call itself, which are the same each time.

   Prototypes are those of QEMU's plugin API, version 1 (docs/devel/tcg-plugins); Debian's qemu-user has no header for it.

   cc -O2 -shared -fPIC -o plugin.so plugin.c;  qemu-aarch64 -plugin ./plugin.so,out=FILE program */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))
enum { START = 7001, STOP, CASE };
enum { NO_REGISTERS = 0 };

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int, void *);
void qemu_plugin_register_vcpu_syscall_cb(plugin_id, void (*)(plugin_id, unsigned, int64_t, uint64_t, uint64_t, uint64_t,
                                                              uint64_t, uint64_t, uint64_t, uint64_t, uint64_t));
void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
PUBLIC int qemu_plugin_version = 1;

struct block {
    uint64_t address, instructions, runs;
    struct block *next;
};
static struct block *blocks;
static bool counting;
static uint64_t counted;
static FILE *counts, *what_ran;

static void block_runs(unsigned cpu, void *data)
{
    struct block *block = data;
    if (counting) {
        counted += block->instructions;
        block->runs++;
    }
}

static void block_made(plugin_id id, struct qemu_plugin_tb *tb)
{
    struct block *block = calloc(1, sizeof *block);
    if (!block)
        abort();
    block->address = qemu_plugin_tb_vaddr(tb);
    block->instructions = qemu_plugin_tb_n_insns(tb);
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, NO_REGISTERS, block);
}

static void end_case(void)
{
    for (struct block *block = blocks; block; block = block->next)
        if (block->runs) {
            fprintf(what_ran, "%" PRIx64 " %" PRIu64 " %" PRIu64 "\n", block->address, block->instructions, block->runs);
            block->runs = 0;
        }
    fputs("\n", what_ran);
}

static void system_call(plugin_id id, unsigned cpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                        uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8)
{
    if (number == START) {
        counted = 0;
        counting = true;
    } else if (number == STOP) {
        counting = false;
        fwrite(&counted, sizeof counted, 1, counts);
    } else if (number == CASE) {
        end_case();
    }
}

static void end(plugin_id id, void *data)
{
    fclose(counts);
    fclose(what_ran);
}

PUBLIC int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    char path[4096];
    if (argc != 1 || strncmp(argv[0], "out=", 4) || strlen(argv[0]) > sizeof path - 16)
        return -1;
    counts = fopen(argv[0] + 4, "wb");
    snprintf(path, sizeof path, "%s.blocks", argv[0] + 4);
    what_ran = fopen(path, "w");
    if (!counts || !what_ran)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_made);
    qemu_plugin_register_vcpu_syscall_cb(id, system_call);
    qemu_plugin_register_atexit_cb(id, end, NULL);
    return 0;
}
