/* Start-up, semihosting and memory of a Cortex-M3; a board of your own brings its own. */
#include "board.h"

#include <stddef.h>

int main(void);
void board_reset(void);

extern uint32_t board_data_start[], board_data_end[], board_data_load[];
extern uint32_t board_bss_start[], board_bss_end[], board_stack_top[];
extern const char board_flash_end[];

#define PAINT 0xa5a5a5a5u

static void fault(void)
{
  board_print("fault\n");
  board_exit(1);
}

/* The first entry is the stack, the others are functions. */
__attribute__((section(".vectors"), used)) static const struct {
  const uint32_t *stack;
  void (*handlers[15])(void);
} vectors = { board_stack_top, { board_reset, fault, fault, fault, fault, fault } };

void board_reset(void)
{
  const uint32_t *load = board_data_load;
  for (uint32_t *at = board_data_start; at < board_data_end; at++) {
    *at = *load++;
  }
  for (uint32_t *at = board_bss_start; at < board_bss_end; at++) {
    *at = 0;
  }
  /* Below this frame, so that what is used can be told. */
  uint32_t *here = (uint32_t *)__builtin_frame_address(0) - 16;
  for (volatile uint32_t *at = board_bss_end; at < here; at++) {
    *at = PAINT;
  }
  board_exit(main());
}

/* https://github.com/ARM-software/abi-aa/blob/main/semihosting/semihosting.rst */
static int semihost(int operation, const void *argument)
{
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void board_print(const char *text)
{
  semihost(0x04, text);
}

void board_print_number(uint32_t number)
{
  char digits[11];
  size_t at = sizeof digits;
  digits[--at] = '\0';
  do {
    digits[--at] = (char)('0' + number % 10u);
    number /= 10u;
  } while (number != 0);
  board_print(digits + at);
}

void board_exit(int code)
{
  for (;;) {
    /* An end of the application, or an error at run time. */
    semihost(0x18, (const void *)(code == 0 ? 0x20026 : 0x20023));
  }
}

uint32_t board_flash_size(void)
{
  return (uint32_t)(uintptr_t)board_flash_end;
}

uint32_t board_static_size(void)
{
  return (uint32_t)((uintptr_t)board_bss_end - (uintptr_t)board_data_start);
}

uint32_t board_stack_size(void)
{
  const volatile uint32_t *at = board_bss_end;
  while (at < board_stack_top && *at == PAINT) {
    at++;
  }
  return (uint32_t)((uintptr_t)board_stack_top - (uintptr_t)at);
}
