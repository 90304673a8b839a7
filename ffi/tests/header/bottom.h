/* ---- Sizes -------------------------------------------------------------------------------------------------------- */

/* The alignment that is enough for every object. */
#define MCPICO_OBJECT_ALIGN 8

@SIZES@
/* MCPICO_OK when this header belongs to the library that is linked, MCPICO_ERROR_ABI when not. */
static inline int32_t mcpico_check_header(void)
{
  const size_t sizes[] = {
@SIZEOFS@
  };
  return mcpico_abi_check((uint32_t)MCPICO_VERSION_NUMBER, sizes, sizeof sizes / sizeof sizes[0]);
}

/* The text up to its NUL; NULL is none. */
static inline mcpico_str mcpico_str_of(const char *text)
{
  mcpico_str str = { text, 0 };
  while (text != NULL && text[str.len] != '\0') {
    str.len++;
  }
  return str;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* MCPICO_H */
