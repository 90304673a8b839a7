"""What an image for a Cortex-M consists of."""

import re
import struct
import subprocess


class Elf:
    """The sections and symbols of a 32-bit little-endian ELF file."""

    def __init__(self, path):
        self.bytes = path.read_bytes()
        assert self.bytes[:6] == b"\x7fELF\x01\x01", f"{path} is no 32-bit ELF"
        offset, = struct.unpack_from("<I", self.bytes, 32)
        size, count, names = struct.unpack_from("<HHH", self.bytes, 46)
        headers = [struct.unpack_from("<10I", self.bytes, offset + i * size) for i in range(count)]
        self.sections = [(self._text(headers[names][4] + h[0]), h) for h in headers]

    def size(self, *names):
        return sum(h[5] for name, h in self.sections if name in names)

    def addresses(self, section):
        header = dict(self.sections)[section]
        return range(header[3], header[3] + header[5], 2)

    def span(self, section):
        header = dict(self.sections).get(section)
        return range(header[3], header[3] + header[5]) if header else range(0)

    def words(self, addresses):
        """The words at addresses, of the sections that the file has the bytes of."""
        for name in (".text", ".rodata"):
            header = dict(self.sections)[name]
            for address in addresses:
                at = address - header[3]
                if 0 <= at <= header[5] - 4:
                    yield address, struct.unpack_from("<I", self.bytes, header[4] + at)[0]

    def literals(self):
        """Addresses of words in `.text` that are data, as its mapping symbols say (AAELF32, 5.5.5)."""
        marks = []
        for name, value in self._entries():
            if name[:2] in ("$d", "$t"):
                marks.append((value, name[1] == "d"))
        marks.sort()
        text = self.span(".text")
        for (start, is_data), (end, _) in zip(marks, marks[1:] + [(text.stop, False)]):
            if is_data and start in text:
                yield from range((start + 3) // 4 * 4, min(end, text.stop), 4)

    def _entries(self):
        header = dict(self.sections)[".symtab"]
        names = self.sections[header[6]][1][4]
        for at in range(header[4], header[4] + header[5], 16):
            name, value = struct.unpack_from("<II", self.bytes, at)
            yield self._text(names + name), value

    def _text(self, at):
        return self.bytes[at:self.bytes.index(0, at)].decode()


def places(image, addresses):
    """The frames of each address, innermost first, as pairs of function and source."""
    command = ["addr2line", "--addresses", "--inlines", "--functions", "--demangle", "--exe", str(image)]
    text = "\n".join(map(hex, addresses))
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    for place in re.split(r"^0x[0-9a-f]+\n", done.stdout, flags=re.M)[1:]:
        yield list(zip(*[iter(place.splitlines())] * 2))


def own_frame(frames):
    """The frame that counts: the innermost that is no inlined code of the standard library."""
    own = (frame for frame in frames if "/library/" not in frame[1] and "??" not in frame[1])
    return next(own, frames[-1])
