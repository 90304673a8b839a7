/* What the firmware needs of its board. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Prints by semihosting. */
void board_print(const char *text);
void board_print_number(uint32_t number);

/* Ends the program; 0 is success. */
_Noreturn void board_exit(int code);

/* Bytes of flash that the program takes, and of RAM that it takes besides its stack. */
uint32_t board_flash_size(void);
uint32_t board_static_size(void);

/* Bytes of the deepest stack since the reset. */
uint32_t board_stack_size(void);

#endif
