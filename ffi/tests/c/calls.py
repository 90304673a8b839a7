#!/usr/bin/env python3
"""Writes calls.c: every call of calls.txt, good and then with each argument spoilt in each way that there is.

    calls.py HEADER CALLS > calls.c

What a spoilt argument has to lead to follows from its type and from the rules at the top of the header.
"""

import re
import sys

header = open(sys.argv[1]).read()
header = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
objects = set(re.findall(r"struct (mcpico_\w+) \{\s*uint64_t opaque", header))
versioned = set(re.findall(r"struct (mcpico_\w+) \{\s*uint32_t struct_size", header))
callbacks = set(re.findall(r"typedef [^;]*\(\*(mcpico_\w+)\)", header))
functions = {}
for name, parameters in re.findall(r"MCPICO_API MCPICO_NODISCARD\s+int32_t (mcpico_\w+)\(([^)]*)\);", header):
    functions[name] = [
        tuple(part.strip() for part in re.fullmatch(r"(.*?)(\w+)", " ".join(parameter.split())).groups())
        for parameter in parameters.split(",")
    ]

E = "MCPICO_ERROR_"
out = []
emit = out.append
emit('#include "fixture.h"\n')
emit("static struct fixture now;\nstatic struct fixture before;\n")
emit("""#ifdef UNDER_VALGRIND
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_DEFINED(start, size) ((void)0)
#endif

/* Nothing but what is named has changed. */
static void same(const char *what, int line)
{
  struct fixture *f = &now;
  /* Objects have padding, which is compared as well as the rest. */
  VALGRIND_MAKE_MEM_DEFINED(&now, sizeof now);
  VALGRIND_MAKE_MEM_DEFINED(&before, sizeof before);
  memcpy(f->scratch, before.scratch, sizeof f->scratch);
  if (memcmp(&now, &before, sizeof now) != 0) {
    check_failures++;
    printf("calls.txt:%d: a call that failed has changed something: %s\\n", line, what);
  }
}

static void ready(void)
{
  fixture(&now);
  memcpy(&before, &now, sizeof now);
}
""")
count = 0


def call(name, arguments):
    return f"{name}({', '.join(arguments)})"


bodies = []
seen = set()
for number, line in enumerate(open(sys.argv[2]), 1):
    line = line.strip()
    if not line or line.startswith("#"):
        continue
    name, rest = line.split(":", 1)
    rest, _, expected = rest.partition("=>")
    expected = expected.strip() or "MCPICO_OK"
    marked = [argument.strip() for argument in re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", rest)]
    parameters = functions[name]
    assert len(marked) == len(parameters), (name, len(marked), len(parameters))
    seen.add(name)
    marks = [argument[0] if argument[0] in "!?~" else "" for argument in marked]
    good = [argument.lstrip("!?~") for argument in marked]
    body = []

    def bad(index, value, status, extra=()):
        arguments = list(good)
        arguments[index] = value
        for at, other in extra:
            arguments[at] = other
        text = call(name, arguments)
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        body.append(f"  ready();")
        if status is None:
            body.append(f"  check_count++; (void)!{text};")
        else:
            body.append(f"  check_status({status}, {text}, \"{quoted}\", \"calls.txt\", {number});")
            body.append(f"  same(\"{quoted}\", {number});")

    text = call(name, good)
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    body.append("  ready();")
    body.append(f"  check_status({expected}, {text}, \"{quoted}\", \"calls.txt\", {number});")
    for index, (kind, parameter) in enumerate(parameters):
        if "*" not in kind and not kind.startswith("mcpico_"):
            if kind == "size_t" and parameter == "count":
                bad(index, "SIZE_MAX", E + "LENGTH")
            continue
        pointed = kind.replace("const", "").replace("*", "", 1).strip()
        # The length that belongs to a pointer stands behind it.
        after = parameters[index + 1] if index + 1 < len(parameters) else ("", "")
        follower = after[1] if after[0] == "size_t" else ""
        sized = follower == parameter + "_len" or follower == "cap" or follower.endswith("_count")
        if marks[index] == "~":
            continue
        # NULL, where the length says that there is something.
        if not (marks[index] == "?" and not sized):
            bad(index, "NULL", E + "NULL_POINTER")
        if pointed in callbacks:
            continue
        if sized:
            # Nothing at all: whatever it means, it is no crash.
            bad(index, "NULL", None, [(index + 1, "0")])
            bad(index, good[index], E + "LENGTH", [(index + 1, "SIZE_MAX")])
            bad(index, good[index], E + "LENGTH", [(index + 1, "(size_t)PTRDIFF_MAX + 1u")])
        if sized and pointed == "char" and kind.startswith("const"):
            # A text that begins or ends in memory that the call writes to.
            for room, (_, name_of_room) in enumerate(parameters):
                if name_of_room not in ("buf", "scratch"):
                    continue
                for text, text_len in ((good[room], "1"), (f"{good[room]} + {good[room + 1]} - 1", "2")):
                    bad(index, text, E + "OVERLAP", [(index + 1, text_len)])
        if pointed != "char":
            bad(index, f"({kind})(void *)((char *)(uintptr_t){good[index]} + 1)".replace("(const ", "(const "), E + "MISALIGNED")
        if pointed in objects and marks[index] != "!":
            body.append("  {")
            body.append(f"    static {pointed} zeros;")
            bad(index, "&zeros", E + "UNINITIALIZED")
            body.append("  }")
            # An object of another kind.
            other = "mcpico_framing" if pointed != "mcpico_framing" else "mcpico_client"
            source = "now.framing" if pointed != "mcpico_framing" else "now.legacy"
            body.append("  {")
            body.append(f"    union {{ {other} other; {pointed} own; }} mixed;")
            body.append("    ready();")
            body.append(f"    memset(&mixed, 0, sizeof mixed); memcpy(&mixed.other, &{source}, sizeof {source});")
            arguments = list(good)
            arguments[index] = "&mixed.own"
            body.append(f"    check_status({E}UNINITIALIZED, {call(name, arguments)}, \"{name}: an object of another kind\", \"calls.txt\", {number});")
            body.append("  }")
        if pointed in versioned:
            for size in ("0", f"(uint32_t)sizeof({pointed}) - 1u", f"(uint32_t)sizeof({pointed}) + 1u"):
                body.append("  {")
                body.append(f"    {pointed} wrong;")
                body.append(f"    ready();")
                body.append(f"    wrong = *({good[index]});")
                body.append(f"    wrong.struct_size = {size};")
                arguments = list(good)
                arguments[index] = "&wrong"
                body.append(f"    check_status({E}STRUCT_SIZE, {call(name, arguments)}, \"{name}: struct_size\", \"calls.txt\", {number});")
                body.append(f"    same(\"{name}\", {number});")
                body.append("  }")
        if follower == "cap" and [parameter for _, parameter in parameters[index + 2 : index + 3]] == ["out_len"]:
            length = good[index + 2].lstrip("&")
            asked = list(good)
            asked[index], asked[index + 1] = "NULL", "0"
            short = list(good)
            short[index + 1] = "needed - 1u"
            exact = list(good)
            exact[index + 1] = "needed"
            body.append("  {")
            body.append("    size_t needed;")
            body.append("    ready();")
            body.append(f"    check_status({E}BUFFER_TOO_SMALL, {call(name, asked)}, \"{name}: the size\", \"calls.txt\", {number});")
            body.append(f"    needed = {length};")
            body.append(f"    before.out_len = needed; same(\"{name}: the size\", {number});")
            body.append("    ready();")
            body.append(f"    check_status({E}BUFFER_TOO_SMALL, {call(name, short)}, \"{name}: one byte too few\", \"calls.txt\", {number});")
            body.append(f"    check_true(needed == {length}, \"{name}: the size again\", \"calls.txt\", {number});")
            body.append(f"    before.out_len = needed; same(\"{name}: one byte too few\", {number});")
            body.append("    ready();")
            body.append(f"    check_status(MCPICO_OK, {call(name, exact)}, \"{name}: the exact size\", \"calls.txt\", {number});")
            body.append(f"    check_true(needed == {length} && f->buf[needed] == 'x', \"{name}: the size and no byte more\", \"calls.txt\", {number});")
            body.append("  }")
    function = f"static void call_{name}(void)\n{{\n  struct fixture *f = &now;\n" + "\n".join(body) + "\n  (void)f;\n}\n"
    bodies.append(function)

missing = set(functions) - seen
assert not missing, f"calls.txt has no line for {sorted(missing)}"
out += bodies
emit("void test_calls(void)\n{")
for name in sorted(seen):
    emit(f"  call_{name}();")
emit("}")
print("\n".join(out))
