#!/usr/bin/env python3
"""Compares the recipe engine with CyberChef's browser core on generated recipe/input pairs.

  cyberchef_parity.py --modules …/node_modules --node …/bin/node --bake …/examples/bake [--pairs 3000] [--seed 1]

Both sides read the same NDJSON. A pair agrees when both give the same bytes, or both
stop with an error at the same step. A pair
that differs must be one of the upstream faults listed in FAULTS; the run fails on any other, and says how often
each listed one was met.
"""
import argparse, base64, bz2, gzip, io, json, os, random, re, subprocess, sys, tarfile, warnings, zipfile, zlib

ALPHABETS64 = ["A-Za-z0-9+/=", "A-Za-z0-9-_", "./0-9A-Za-z=", " -_", "N-ZA-Mn-za-m0-9+/=", "A-Za-z0-9+\\\\-=",
               "/128GhIoPQROSTeUbADfgHijKLM+n0pFWXY456xyzB7=39VaqrstJklmNuZvwcdEC", "A-Z", "", "\\\\x41-Za-z0-9+/\\\\u003d",
               "!-,-0-689@A-NP-VX-Z[`a-fh-mp-r"]
FLAGS = ["true", "false"]
DELIMS = ["Space", "Comma", "Semi-colon", "Colon", "Line feed", "CRLF"]
HEX = ["Space", "Percent", "Comma", "Semi-colon", "Colon", "Line feed", "CRLF", "0x", "0x with comma", "\\\\x", "None"]
INPUT_DELIMS = ["Line feed", "CRLF", "Space", "Comma", "Semi-colon", "Colon", "Nothing (separate chars)"]
PAGES = []  # label and sort, filled from the label table
STRINGS = [",", " ", "\\\\n", "\\\\r\\\\n", "\\'", "*", "", "ab", "aab", "aaa", "@", "\\\\x00", "\\\\u00e9", "\\\\u{1f600}",
           "\\\\101", "\\\\\\\\", "\\\\q", "http", "\u3042", "://", '"', "\\\\u{110000}", "\\ud83d"]


def quoted(text):
    return "'" + text + "'"


def pick(r, items):
    return quoted(r.choice(items))


def table(r):
    flag = lambda: r.choice(FLAGS)
    number = lambda *items: str(r.choice(items))
    key = lambda: "{'option':%s,'string':%s}" % (
        pick(r, ["Hex", "Decimal", "Binary", "Base64", "UTF8", "Latin1"]),
        pick(r, ["", "41", "4142 ff", "1,2,300", "01000001", "QUI=", "key", "\u00e9", "\u3042"]))
    return {
        "From_Base64": lambda: [pick(r, ALPHABETS64), flag(), flag()],
        "To_Base64": lambda: [pick(r, ALPHABETS64)],
        "From_Base32": lambda: [pick(r, ["A-Z2-7=", "0-9A-V=", "A-Z2-7"]), flag()],
        "To_Base32": lambda: [pick(r, ["A-Z2-7=", "0-9A-V=", "A-Z2-7"])],
        "From_Base58": lambda: [pick(r, ["123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
                                         "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz", "A-Z"]), flag()],
        "From_Base85": lambda: [pick(r, ["!-u", "0-9a-zA-Z.\\\\-:+=^!/*?&<>()[]{}@%$#",
                                         "0-9A-Za-z!#$%&()*+\\\\-;<=>?@^_`{|}~"]), flag(), pick(r, ["z", "", "!", "zz", "y"])],
        "From_Hex": lambda: [pick(r, ["Auto"] + HEX)],
        "To_Hex": lambda: [pick(r, HEX), number(0, 1, 3, 16)],
        "From_Hexdump": lambda: [],
        "From_Charcode": lambda: [pick(r, DELIMS), number(16, 10, 8, 2, 36, 1, 37, 16.5)],
        "From_Decimal": lambda: [pick(r, DELIMS + ["Auto"]), flag()],
        "From_Binary": lambda: [pick(r, DELIMS + ["None"]), number(8, 7, 1, 16, 0, 2.5)],
        "From_Octal": lambda: [pick(r, DELIMS)],
        "URL_Decode": lambda: [flag()],
        "URL_Encode": lambda: [flag()],
        "From_HTML_Entity": lambda: [],
        "From_Quoted_Printable": lambda: [],
        "Unescape_string": lambda: [],
        "Unescape_Unicode_Characters": lambda: [pick(r, ["\\\\u", "%u", "U+"])],
        "Decode_text": lambda: [quoted(r.choice(PAGES)[0])],
        "Encode_text": lambda: [quoted(r.choice(PAGES)[0])],
        "Decode_NetBIOS_Name": lambda: [number(65, 97, 0, -3, 65.5)],
        "From_Punycode": lambda: [flag()],
        "Split": lambda: [pick(r, STRINGS), pick(r, STRINGS)],
        "Extract_URLs": lambda: [flag(), flag(), flag()],
        "Defang_URL": lambda: [flag(), flag(), flag(), pick(r, ["Valid domains and full URLs"] * 3 + ["Only full URLs", "Everything"])],
        "Fang_URL": lambda: [flag(), flag(), flag()],
        "Head": lambda: [pick(r, INPUT_DELIMS), number(10, 1, 0, 3, -2, 2.5)],
        "Tail": lambda: [pick(r, INPUT_DELIMS), number(10, 1, 0, 3, -2, 2.5)],
        "Reverse": lambda: [pick(r, ["Byte", "Character", "Line"])],
        "Remove_whitespace": lambda: [flag() for _ in range(6)],
        "Remove_null_bytes": lambda: [],
        "To_Lower_case": lambda: [],
        "To_Upper_case": lambda: [pick(r, ["All", "Word", "Sentence", "Paragraph"])],
        "XOR": lambda: [key(), pick(r, ["Standard", "Input differential", "Output differential", "Cascade"]), flag()],
        "ROT13": lambda: [flag(), flag(), flag(), number(13, 1, 0, -1, -27, 39)],
        "Gunzip": lambda: [],
        "ADD": lambda: [key()],
        "SUB": lambda: [key()],
        "NOT": lambda: [],
        "Rotate_right": lambda: [number(1, 0, 3, 7, 8, 11), flag()],
        "Rotate_left": lambda: [number(1, 0, 3, 7, 8, 11), flag()],
        "ROT47": lambda: [number(47, 1, 0, -1, -95, 200)],
        "XOR_Brute_Force": lambda: [number(1, 1, 1, 3), number(100, 3, 0), number(0, 2, -3), pick(r, ["Standard", "Input differential", "Output differential"]),
                                    flag(), flag(), flag(), pick(r, ["", "a", "HTTP", "\\\\x00"])],
        "Drop_bytes": lambda: [number(0, 1, 3, -2, 100), number(5, 0, 1, -3, -100), flag()],
        "Take_bytes": lambda: [number(0, 1, 3, -2, 100), number(5, 0, 1, -3, -100), flag()],
        "Take_nth_bytes": lambda: [number(4, 1, 2, 0, 1.5), number(0, 1, 3, -1), flag()],
        "Swap_endianness": lambda: [pick(r, ["Hex", "Raw"]), number(4, 2, 1, 0, 3), flag()],
        "Zlib_Inflate": lambda: [number(0, 0, 0, 2), number(0), pick(r, ["Adaptive", "Block"]), flag(), flag()],
        "Raw_Inflate": lambda: [number(0, 0, 0, 2), number(0), pick(r, ["Adaptive", "Block"]), flag(), flag()],
        "LZNT1_Decompress": lambda: [],
        "Untar": lambda: [],
        "Microsoft_Script_Decoder": lambda: [],
        "MD5": lambda: [],
        "SHA1": lambda: [number(80)],
        "SHA2": lambda: [pick(r, ["512", "384", "256", "224", "512/256", "512/224"]), number(64), number(160)],
        "Find_/_Replace": lambda: ["{'option':%s,'string':%s}" % r.choice(
            [(quoted("Regex"), pick(r, PATTERNS)), (quoted("Extended (\\\\n, \\\\t, \\\\x...)"), pick(r, STRINGS[:-2])), (quoted("Simple string"), pick(r, [",", "a.", "$", "\\\\"]))]),
            pick(r, ["", "x", "[$&]", "$1$2", "$$", "$`|$\\\\'", "\\\\n", "$<n>"]), flag(), flag(), flag(), flag()],
        "Regular_expression": lambda: [quoted("User defined"), pick(r, PATTERNS), flag(), flag(), flag(), flag(), flag(), flag(),
                                       pick(r, ["Highlight matches", "List matches", "List capture groups", "List matches with capture groups"])],
        "Filter": lambda: [pick(r, INPUT_DELIMS), pick(r, PATTERNS), flag()],
        "Sort": lambda: [pick(r, INPUT_DELIMS), flag(), pick(r, ["Alphabetical (case sensitive)", "Alphabetical (case insensitive)", "IP address", "Numeric", "Numeric (hexadecimal)", "Length"])],
        "Unique": lambda: [pick(r, INPUT_DELIMS), flag()],
        "Strip_HTML_tags": lambda: [flag(), flag()],
        "Substitute": lambda: [pick(r, ["A-Za-z", "ab", "\\\\n", "0-9"]), pick(r, ["N-ZA-Mn-za-m", "ba", " ", "a-j"]), flag()],
        "Extract_domains": lambda: [flag() for _ in range(4)],
        "Extract_IP_addresses": lambda: [flag() for _ in range(6)],
        "Extract_email_addresses": lambda: [flag() for _ in range(3)],
        "Extract_file_paths": lambda: [flag() for _ in range(5)],
        "Extract_hashes": lambda: [number(40, 32, 4, 5), flag(), flag()],
        "Defang_IP_Addresses": lambda: [],
        "Strings": lambda: [pick(r, ["Single byte", "16-bit littleendian", "16-bit bigendian", "All"]), number(4, 1, 3),
                            pick(r, ["Alphanumeric + punctuation (A)", "All printable chars (A)", "Null-terminated strings (A)",
                                     "Alphanumeric + punctuation (U)", "All printable chars (U)", "Null-terminated strings (U)"]), flag(), flag(), flag()],
        "Fork": lambda: [pick(r, ["\\\\n", " ", ",", "\\\\n"]), pick(r, ["\\\\n", "|", ""]), flag()],
        "Merge": lambda: [flag()],
        "Register": lambda: [pick(r, ["(.)", "(\\\\d+)", "([a-z]+)://(.*)", "nothing", "(x)?"]), flag(), flag(), flag()],
        "Subsection": lambda: [pick(r, ["", "[a-z]+", "(\\\\d+)", "a(.)", "nothing"]), flag(), flag(), flag()],
        "Label": lambda: [pick(r, ["a", "b"])],
        "Jump": lambda: [pick(r, ["a", "b"]), number(1, 3, 10)],
        "Conditional_Jump": lambda: [pick(r, ["", "a", "\\\\d", "^$"]), flag(), pick(r, ["a", "b"]), number(1, 3, 10)],
        "Return": lambda: [],
        "Comment": lambda: [quoted("a note")],
        "RC4": lambda: [toggle(r, FORMATS, ["key", "", "6b6579", "abc", "a2V5", "k\u00e9", "\u3042", "\\ud83d"]), pick(r, FORMATS), pick(r, FORMATS)],
        "AES_Decrypt": lambda: [
            toggle(r, AES_KEYS, ["00112233445566778899aabbccddeeff"] * 3 + ["0011223344556677 8899aabbccddeeff0011223344556677", "0123456789abcdef", "ABEiM0RVZneImaq7zN3u/w==", "short", "0123456789abcdef0123456789abcd\u00e9\u3042"]),
            toggle(r, AES_KEYS, ["000102030405060708090a0b0c0d0e0f", "00112233445566778899aabb", "", "0123456789abcdef"]), number(16, 16, 12, 0, -1),
            pick(r, ["CBC", "CFB", "OFB", "CTR", "GCM", "ECB", "CBC/NoPadding", "ECB/NoPadding"]), pick(r, ["Hex", "Raw"]), pick(r, ["Raw", "Hex"]),
            toggle(r, AES_KEYS, ["", "00112233445566778899aabbccddeeff"]), toggle(r, AES_KEYS, ["", "6869", "hi"]), pick(r, ["Off", "Off", "From start", "From end"])],
        "Bzip2_Decompress": lambda: [flag()],
        "Unzip": lambda: [pick(r, ["", "secret", "\\\\x41"]), flag()],
        "Entropy": lambda: [pick(r, ["Shannon scale", "Histogram (Bar)", "Histogram (Line)", "Curve", "Image"])],
        "Detect_File_Type": lambda: [flag() if r.random() < 0.3 else "true" for _ in range(7)],
        "Parse_URI": lambda: [],
        "JPath_expression": lambda: [pick(r, PATHS), pick(r, ["\\\\n", ",", ""])],
        "JSON_Beautify": lambda: [pick(r, ["    ", "\\\\t", "", "--", "            "]), flag(), flag()],
        "Generic_Code_Beautify": lambda: [],
        # The intensive mode tries 570 keys and code pages at every level: seldom, and not deep.
        "Magic": lambda: r.choice([[number(3, 1, 2, 0), "false"]] * 7 + [["1", "true"]]) + [flag(), pick(r, ["", "", "", "http", "[", "hello|world"])],
        "Windows_Filetime_to_UNIX_Timestamp": lambda: [pick(r, UNITS), pick(r, ["Decimal", "Hex (big endian)", "Hex (little endian)"])],
        "From_UNIX_Timestamp": lambda: [pick(r, UNITS)],
    }


def toggle(r, options, strings):
    return "{'option':%s,'string':%s}" % (pick(r, options), pick(r, strings))


FORMATS = ["Latin1", "UTF8", "UTF16", "UTF16LE", "UTF16BE", "Hex", "Base64"]
AES_KEYS = ["Hex", "Hex", "Hex", "UTF8", "Latin1", "Base64"]
UNITS = ["Seconds (s)", "Milliseconds (ms)", "Microseconds (\u03bcs)", "Nanoseconds (ns)"]
PATHS = ["$", "$.a", "$..b", "$.*", "$[0]", "$[\\'a\\']", "$..*", "$.a[0,1]", "$.a[1:]", "$.a[-1:]", "$.a[::2]", "$[*].b", "$..a^", "$.a.length", "$.*~", "$..[?(@.b)]",
         "$..[?(@.b>2)]", "$.a[?(@.b==\\'x\\')]", "$.a[(@.length-1)]", "$..a[?(@.b<10)].c", "", "a", "$.a.b.c", "$.a@number()", "$..*@string()", "$[?(@property!==\\'a\\')]", "$..[\\'a\\',\\'b\\']",
         "$.a[?(@.c && @.b >= 1 || !@.d)]", "$.a[?(/x/.test(@.b))]", "$.a[?(@.b.match(/X/i))]", "$..[?(@.length>1)]", "$.a[?(@)]", "$.a[", "$.a[?(]", "$..a..b", "$.`a", "$.a[?(@.b+1==3)]", "$.a[?(typeof @.b == \\'number\\')]"]


PATTERNS = ["a", "\\\\d+", "[A-Z]+", "(\\\\w)(\\\\w)?", "^.", ".$", "(?<n>[a-z])\\\\k<n>", "\\\\bhttp[^ ]*", "(a|b)*", "[^\\\\x00-\\\\x7f]+", "\\\\pL+", "(?i)EXAMPLE",
            "(?=\\\\.)", "(?<=a).", "\\\\s+", "e{1,2}?", "(", "\\\\q", "\\\\u3042", ".", "^", "[\\\\p{Lu}\\\\d]{2,}", "(?x) a b # c", "(?!a)\\\\w", "[\\\\w.-]+@[\\\\w.]+", ""]


URLISH = ["http://a.example/x", "HTTPS://B.example:8080/y?z=1,2.", "see ftp://c.d.example!", "x.example", "xn--ab.example",
          "-bad.example", "a..b", "1.2.3.4", "http://localhost/", "://", "http://e.example/\u0178\u00e9x", "a.b.c.d.e.invalid1",
          "a-b--c.example", "hxxp[://]f[.]example", "_x.example", "h\u00e9.example", "http://g.example/p.q,r", "x" * 64 + ".example",
          "http://h.example/\u03bc\u3042\u212a", "A.B.EXAMPLE_", "svn+ssh://i.example", "http://x:y@j.example/"]
LINES = ["10.0.0.1", "192.0.2.7", "010.020.030.040", "2001:db8::1", "fe80::1%eth0", "someone@mail.example", "C:\\Users\\a b\\x.doc", "/usr/lib/x.so", "d41d8cd98f00b204e9800998ecf8427e",
         "da39a3ee5e6b4b0d3255bfef95601890afd80709", "<p>text</p>", "<script>x</script>", "<br>\n\n \t<b>bold</b>", "9", "10", "a9", "a10", "B", "b", "_x", "ff", "0x1f", "1e3", "AbC", "aab", "", "2.5.3", "[.]"]
PIECES = LINES + ["#@~^AAAAAA==abc@#@&def~xyz==^#~@", "#@~^AAAAAA==\x7f9/T(G6==AAAAAA==^#~@", "41", "0x41", "\\x42", "%43", "%u3042", "\\u3042", "U+1F600", "&amp;", "&#65;", "&#x3042;", "&notin;", "&lt", "&#xzz;",
          "=41", "=\r\n", "=\n", "==", "QUJD", "QUI=", "Q", "aQB0AA==", "\r\n", "\n", "\t", " ", ",", ";", ":", "-", "*", "'",
          "300", "-1", "377", "99999999999999999999", "01000001", "zz", "z", "<~87cUR~>", "é", "あ", "\U0001f600", "\x00", "\x7f",
          "\xa0", "\u2028", "+", "%", "%zz", "%e3%81%82", "%ff", "bcher-kva", "xn--bcher-kva.example", "FKFKFK", "\\n", "\\x4", "\\u{1f600}",
          "00000000  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50  |ABCDEFGHIJKLMNOP|\n", "0000: 4142 4344  AB", "Hello, World.", "MFRGG===", "ΑΣ ΑΣΑ"]


def tar_of(r, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ["a.txt", "folder/b<c>.txt"][: r.randrange(1, 3)]:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def input_for(r):
    kind = r.randrange(11)
    if kind == 0:
        return b""
    if kind == 1:
        return bytes(r.randrange(256) for _ in range(r.randrange(1, 40)))
    if kind == 2:
        return " ".join(r.choice(URLISH) for _ in range(r.randrange(1, 6))).encode()
    if kind == 3:
        text = base64.b64encode(bytes(r.randrange(256) for _ in range(r.randrange(1, 30))))
        return text[: r.randrange(len(text) + 1)] + r.choice([b"", b"=", b"\n", b"*", "é".encode()])
    if kind == 4:
        return r.choice([" ", ",", ";", ":", "\n", "\r\n", ""]).join(
            format(r.randrange(300), r.choice(["02x", "d", "o", "08b", "X"])) for _ in range(r.randrange(1, 20))).encode()
    if kind == 5:
        return "".join(r.choice(URLISH + PIECES) for _ in range(r.randrange(1, 10))).encode("utf-16-le")
    if kind == 8:
        return r.choice(["\n", " ", ",", "\r\n"]).join(r.choice(LINES) for _ in range(r.randrange(1, 8))).encode()
    if kind == 9:
        data = r.choice([b"hello hello hello", bytes(300), b"", b"a\nb\n" * 9])
        packed = r.choice([zlib.compress(data), zlib.compress(data)[2:-4], gzip.compress(data, mtime=0), b"\x0b\xb0\x00a\x00b\x00c\x00d\x00e", tar_of(r, data)])
        return packed if r.random() < 0.8 else packed[: r.randrange(len(packed) + 1)]
    if kind == 6:
        return "".join(r.choice(PIECES) for _ in range(r.randrange(1, 12))).encode("latin-1", "ignore")
    return "".join(r.choice(PIECES) for _ in range(r.randrange(1, 12))).encode("utf-8")


JSONS = ['{"a":[{"b":1,"c":"x"},{"b":"x","c":null},{"b":12.5,"d":true}],"b":{"a":[1,2,3],"10":1,"2":{"b":[]}}}', '[1,"two",{"b":[3,{"a":null}]},false]', '{"a":{"b":{"c":"<deep> \\u0041\\ud83d"}},"http":"https://a.example/?q=\\"1\\""}',
         "{a:1,'b':[1,2,],c:/* no */0x1F,d:+.5,e:-Infinity,\\u0066:NaN,// end\n}", '"text"', "12e3", "0", "null", "[]", "{}", '{"a":1,"a":2,"__x":"\\n"}', "[1,", "{'a':'it\\'s','z':1,'b':2,\"1\":3}", '{"a":[[["x"]]],"e":[],"o":{},"n":-0,"big":1e400,"s":1e-7}']
CODES = ['function f(a,b){if(a==b){return "x;{}"}else{for(i=0;i<10;i++){g(i)}}}', "var a='it\\'s';// note\nvar b=/re[x]/gi.test(a)?1:2;", "#include <stdio.h>\nint main(){/* c */printf(\"%d\",1);return 0;}", "while(x)y();else z();}}", "x=a+b-c*d/e;y>=2&&z<=3||w!=4", "try{a()}catch(e){}finally{b()}", ";;;{{{}}}", "  \n\n if (a)\n b\n", "a ? b : 'c'"]
URIS = ["https://user:pa%20ss@www.example.com:8080/a/b.html?x=1&y=&x=2&10=z&2=q#frag", "http://h\u00e9.example/", "//host/path?q", "mailto:a@b.example", "javascript:alert(1)", "HTTP://UPPER.example:/x y?z={1}", "http://[2001:db8::1]:80/x", "ftp://a.example\\b\\c?d\\e", "/only/path?a=b", "file:///C:/x.txt", "http://a_b!c.example/", "http://u@v@w.example/%zz", "http://x:%zz@h.example/", "tel:+1-2", "a.example/path", "http://h.example?a+b=%E3%81%82&&=v&c", "data:text/plain;base64,QQ==", "http://" + "l" * 70 + ".example/", "svn+ssh://h/p;x"]
TIMES = ["0", "978307200", "1609459200123", "1609459200123456", "1609459200123456789", "-1", "-62135596800", "1e12", "253402300800", "8640000000000", "8640000000001", "Infinity", "x", "1.5", " 12abc",
         "129207366395297693", "1cb095e2c1a3b7d", "01CB095E2c", "d0b5a4e3c2f1ca01", "0x1cb", "116444736000000000", "-116444736000000000", "12345678901234567890123456789.5", "1e20", ".5", "5.", "+7", "0b101", "NaN", "-0"]


def zip_of(r, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", r.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name in ["a.txt", "folder/", "folder/b<c>.txt", "a.txt", "\u3042.bin"][: r.randrange(0, 6)]:
            warnings.simplefilter("ignore")
            info = zipfile.ZipInfo(name, (2020, 7, 21, 1, 2, 4))
            info.compress_type = r.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            archive.writestr(info, b"" if name.endswith("/") else data)
    return out.getvalue()


def cut(r, data):
    """Mostly as it is, else cut short, with bytes changed or with more behind it."""
    chance = r.random()
    if chance < 0.1:
        return data[: r.randrange(len(data) + 1)]
    if chance < 0.2 and data:
        at = r.randrange(len(data))
        return data[:at] + bytes([r.randrange(256)]) + data[at + 1:]
    return data + b"more" if chance < 0.25 else data


MAGICS = [b"PK\x03\x04\x14\x00", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n\x00", b"%PDF-1.7\n", b"MZ\x90\x00\x03", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"GIF89a", b"\x1f\x8b\x08\x00", b"7z\xbc\xaf\x27\x1c", b"{\\rtf1", b"\x7fELF",
          b"BZh9", b"RIFF\x00\x00\x00\x00WAVE", b"ID3\x04", b"Rar!\x1a\x07\x00", b"\x00" * 257 + b"ustar", b"\xca\xfe\xba\xbe", b"SQLite format 3\x00", b"L\x00\x00\x00\x01\x14\x02", b"-----BEGIN CERTIFICATE-----"]
TALES = [b"The quick brown fox jumps over the lazy dog and runs away from it.", "\u3053\u308c\u306f\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002".encode(), b"hello world hello world", b"http://a.example/x http://b.example/y", bytes(range(64)), b"\x00\x01\x02\x03"]


def wrapped(r, data):
    """Data as people paste it: one encoding, or two."""
    for _ in range(r.choice([1, 1, 2])):
        data = r.choice([
            base64.b64encode, lambda d: d.hex().encode(), lambda d: d.hex(" ").encode(), gzip.compress, lambda d: " ".join(map(str, d)).encode(), base64.b32encode,
            lambda d: " ".join(format(b, "08b") for b in d).encode(), zlib.compress, bz2.compress, lambda d: "".join("%%%02X" % b for b in d).encode(), lambda d: d,
            lambda d: " ".join(format(b, "o") for b in d).encode(), lambda d: "".join("\\x%02x" % b for b in d).encode()])(data)
    return data


def meant_for(r, name):
    """Input that an operation has something to do with; None where any will do."""
    if name in ("JSON_Beautify", "JPath_expression"):
        return r.choice(JSONS).encode("utf-8", "surrogatepass")
    if name == "Generic_Code_Beautify":
        return r.choice(["", " ", "\n"]).join(r.choice(CODES) for _ in range(r.randrange(1, 4))).encode()
    if name == "Parse_URI":
        return r.choice(URIS).encode()
    if name in ("From_UNIX_Timestamp", "Windows_Filetime_to_UNIX_Timestamp"):
        return r.choice(TIMES).encode()
    if name == "AES_Decrypt":
        sealed = bytes.fromhex("c8a8f2b7e3a93a0b1d2f3e4c5b6a7988") * r.randrange(0, 3)
        return cut(r, r.choice([sealed, sealed.hex().encode()]))
    if name == "Bzip2_Decompress":
        return cut(r, bz2.compress(r.choice([b"", b"hello", b"a" * 1000, bytes(range(256)) * 9, b"abcabc" * 50 + b"\x00" * 260]), r.choice([1, 9])))
    if name == "Unzip":
        return cut(r, zip_of(r, r.choice([b"hello hello hello", b"", bytes(300)])))
    if name == "Detect_File_Type":
        return r.choice(MAGICS) + r.choice([b"", b"\x00" * 40, b"tail"])
    if name == "Magic":
        return wrapped(r, r.choice(TALES))
    return None


def generate(seed, count, have):
    r = random.Random(seed)
    rows = {name: args for name, args in table(r).items() if name.replace("_", " ") in have}
    names = list(rows)
    pairs = []
    for i in range(count):
        steps, sound = [], None
        for n in range(r.choice([1, 1, 1, 2, 2, 3, 4])):
            name = names[i % len(names)] if n == 0 else r.choice(names)
            # Two jumps that set each other's count back go on for ever, there and here.
            if "Jump" in name and any("Jump" in step for step in steps):
                continue
            args = rows[name]()
            # Magic tries to inflate what looks like it: the same holds for it.
            if name == "Magic":
                if n:
                    continue
                sound = meant_for(r, name)
            # On what is no deflate stream the page may go on for ever: these get sound input, and come first.
            if "Inflate" in name:
                if n:
                    continue
                packed = zlib.compress(r.choice([b"hello hello hello", bytes(300), b"a\nb\n" * 9]))
                sound = b"xx"[: int(args[0])] + (packed if name == "Zlib_Inflate" else packed[2:-4])
            elif r.random() < 0.15:
                args = args[: r.randrange(len(args) + 1)]
            if n == 0 and sound is None and r.random() < 0.75:
                sound = meant_for(r, name)
            steps.append("%s(%s%s)" % (name, ",".join(args), "/disabled" if r.random() < 0.03 else "/breakpoint" if r.random() < 0.02 else ""))
        pairs.append({"recipe": "".join(steps), "input_b64": base64.b64encode(input_for(r) if sound is None else sound).decode()})
    return pairs


ONLY_THERE = []  # operations with checks that this version does not have, filled from both tables
# Where CyberChef itself is broken: it throws, or what it gives depends on where it runs.
FAULTS = [
    ("a code page throws at bytes that are no character, and those of ISO 2022 always: ours goes on",
     lambda p, ours, theirs: "code_text" in p["recipe"] and re.search("Unrecognized (?:CP|code)", theirs.get("error", ""))),
    ("UTF-32 throws at a surrogate that comes last: ours leaves it out",
     lambda p, ours, theirs: "Encode_text('UTF-32" in p["recipe"] and "undefined" in theirs.get("error", "")),
    ("utf8.js throws on lone surrogates that the page saves as U+FFFD",
     lambda p, ours, theirs: "Lone surrogate" in theirs.get("error", "")),
    ("letters beyond ASCII are sorted by the language of the browser there, by code unit here",
     lambda p, ours, theirs: re.search(r"Sort\(|Extract_\w+\(|Strings\(", p["recipe"]) and "output_b64" in ours and "output_b64" in theirs
     and len(ours["output_b64"]) == len(theirs["output_b64"])),
    ("a list of matches of nothing beside a surrogate pair goes on there until memory ends",
     lambda p, ours, theirs: "Invalid string length" in theirs.get("error", "")),
    ("in a Fork or Subsection what an operation refuses becomes the piece's output, in the words of each side",
     lambda p, ours, theirs: re.search(r"(?:Fork|Subsection)\(", p["recipe"]) and (ours.get("refused_pieces") or "error" in theirs)),
    ("Magic goes on with an operation that this version does not have, and names",
     lambda p, ours, theirs: "Magic(" in p["recipe"] and "output_b64" in ours
     and any(name.encode() in base64.b64decode(ours["output_b64"]) for name in ONLY_THERE)),
]


def run(command, pairs, env=None):
    text = "".join(json.dumps(pair) + "\n" for pair in pairs)
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, env=env, check=True, timeout=600)
    # Operations that log do so in lines of their own; ours are JSON objects.
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line.startswith("{")]
    if len(answers) != len(pairs):
        sys.exit(f"{command[0]}: {len(answers)} answers to {len(pairs)} pairs")
    return answers


def agrees(ours, theirs):
    if "error" in ours or "error" in theirs:
        if not ("error" in ours and "error" in theirs):
            return False
        # The recipe itself was refused on one side (step 0 there): else both must stop at the same step.
        return not ours["error"].startswith("bake") or theirs["step"] in (0, ours["step"])
    return ours["output_b64"] == theirs["output_b64"]


def compare_pages(options, env):
    """Every byte, and every pair of bytes of the pages that have pairs, read by both sides; every code unit written."""
    units = b"".join(unit.to_bytes(2, "little") for unit in range(65536) if not 0xd800 <= unit < 0xe000)
    tail = "Encode_text('UTF-16LE (1200)')"
    asking = [(label, bytes([lead, trail])) for label, page in PAGES if page in ("Double", "PairFirst") for lead in range(256) for trail in range(256)]
    # Every pair by itself takes the oracle half an hour: without `--every`, those that ours reads, a row at a time.
    if not options.every:
        read = run([options.bake], [page_pair(label, pair) for label, pair in asking])
        rows = {}
        for (label, pair), answer in zip(asking, read):
            if b"\xfd\xff" not in base64.b64decode(answer["output_b64"]):
                rows.setdefault((label, pair[0]), []).append(pair)
        asking = [(label, b"".join(pairs)) for (label, _), pairs in rows.items()]
    asking += [(label, bytes([byte])) for label, _ in PAGES for byte in range(256)]
    both = [page_pair(label, data) for label, data in asking]
    both += [page_pair(label, units, "Decode_text('UTF-16LE (1200)')Encode_text(%s)") for label, _ in PAGES]
    theirs = run([options.node, os.path.join(HERE, "cyberchef_oracle.mjs")], both, env)
    ours = run([options.bake], both)
    thrown = sum("error" in answer for answer in theirs)
    differ = [(pair["recipe"], pair["input_b64"][:40]) for pair, our, their in zip(both, ours, theirs) if "error" not in their and our != dict(their, refused_pieces=0)]
    for one in differ[: options.show]:
        print(*one)
    print(f"{len(PAGES)} code pages, {len(both)} inputs, {thrown} of them throw there: {len(differ)} differences")
    sys.exit(bool(differ))


def page_pair(label, data, recipe="Decode_text(%s)Encode_text('UTF-16LE (1200)')"):
    return {"recipe": recipe % quoted(label), "input_b64": base64.b64encode(data).decode()}


def write_golden(path, pairs, ours, theirs):
    """Keeps CyberChef's answers as a fixture: short inputs, one line a pair."""
    with open(path, "w", encoding="utf-8") as out:
        for pair, our, their in zip(pairs, ours, theirs):
            if agrees(our, their) and len(pair["input_b64"]) < 100:
                answer = {"error": True} if "error" in their else their
                out.write(json.dumps(dict(pair, **answer)) + "\n")


def upstream(options, env, ops):
    """The cases of CyberChef's own tests that use only operations of ours, read from the installed package."""
    cases = subprocess.run([options.node, os.path.join(HERE, "cyberchef_cases.mjs")], input=json.dumps(sorted(ops)).encode(),
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, check=True, timeout=120).stdout.decode()
    cases = [json.loads(line) for line in cases.split("\n") if line.startswith("{")]
    if len(cases) < 250:
        sys.exit(f"only {len(cases)} cases were found in the package")
    return cases


def shortened(data, at):
    """What lies around a place."""
    start = max(0, at - 80)
    return f"{len(data)} bytes, from {start}: {data[start: at + 120]}"


HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--modules", required=True)
    parser.add_argument("--node", default="node")
    parser.add_argument("--bake", required=True)
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--only")
    parser.add_argument("--golden", help="write the pairs on which both agree to this file")
    parser.add_argument("--upstream", action="store_true", help="compare CyberChef's own test cases instead")
    parser.add_argument("--pages", action="store_true", help="compare the code pages byte by byte instead")
    parser.add_argument("--every", action="store_true", help="with --pages, every pair of bytes by itself")
    options = parser.parse_args()
    labels = open(os.path.join(HERE, "../../crates/hinomi-formats/src/decode/ops/written/charset/labels.rs"), encoding="utf-8").read()
    PAGES.extend(re.findall(r'\("([^"]+)",\s*Page::(\w+)', labels))
    ops = set()
    folder = os.path.join(HERE, "../../crates/hinomi-formats/src/decode/ops")
    for root, _, files in os.walk(folder):
        for name in files:
            if name.endswith(".rs"):
                ops.update(re.findall(r'name:\s*"([^"]+)"', open(os.path.join(root, name), encoding="utf-8").read()))
    checks = open(os.path.join(folder, "insight/checks.ndjson"), encoding="utf-8").read().splitlines()
    ONLY_THERE.extend({json.loads(check)["op"] for check in checks} - ops)
    env = dict(os.environ, CYBERCHEF_MODULES=options.modules)
    if options.pages:
        compare_pages(options, env)
    pairs = upstream(options, env, ops) if options.upstream else generate(options.seed, options.pairs, ops if not options.only else set(options.only.split(",")))
    theirs = run([options.node, os.path.join(HERE, "cyberchef_oracle.mjs")], pairs, env)
    ours = run([options.bake], pairs)
    counts, unexplained, errors = {}, [], 0
    for pair, our, their in zip(pairs, ours, theirs):
        errors += "error" in our
        if agrees(our, their):
            continue
        known = next((name for name, test in FAULTS if test(pair, our, their)), None)
        if known:
            counts[known] = counts.get(known, 0) + 1
        else:
            unexplained.append((pair, our, their))
    for pair, our, their in unexplained[: options.show]:
        print(pair.get("name", ""), "recipe", pair["recipe"][:600], "\ninput ", shortened(base64.b64decode(pair["input_b64"]), 0))
        outputs = [base64.b64decode(side.get("output_b64", "")) for side in (our, their)]
        at = len(os.path.commonprefix(outputs))
        for name, side, output in (("ours  ", our, outputs[0]), ("theirs", their, outputs[1])):
            print(name, shortened(output, at) if "output_b64" in side else "ERROR %s: %s" % (side["step"], side["error"]))
        print()
    for name, count in counts.items():
        print(f"upstream fault, {count} times: {name}")
    kind = "upstream cases" if options.upstream else f"pairs of seed {options.seed}"
    print(f"{len(pairs)} {kind}, {errors} of them errors on our side: {len(unexplained)} differences")
    if options.golden:
        write_golden(options.golden, pairs, ours, theirs)
    sys.exit(bool(unexplained))


main()
