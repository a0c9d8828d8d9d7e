//! Every operation on small inputs. What each gives was asked of CyberChef 11.5.0; `None` is where it stops.

use super::Takes;
use super::written::charset;
use crate::decode::{BakeError, Fault, Recipe, operations};
use crate::{Limits, ProblemKind};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;

/// Recipe, input, output.
type Case = (&'static str, &'static [u8], Option<&'static [u8]>);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("From_Base64()", b"aGk=", Some(b"hi")),
    ("From_Base64()", b"aGk", Some(b"hi")),
    ("From_Base64()", b"a-G*k", Some(b"hi")),
    ("From_Base64()", b"a", Some(b"")),
    ("From_Base64()", b"====", Some(b"")),
    ("From_Base64('A-Za-z0-9+/=',false)", b"aG\nk=", Some(b"h\xe4")),
    ("From_Base64('A-Za-z0-9+/=',true,true)", b"aGk", None),
    ("From_Base64('A-Za-z0-9+/=',true,true)", b"aGk=", Some(b"hi")),
    ("From_Base64('abc')", b"", Some(b"")),
    ("From_Base64('abc')", b"aGk=", None),
    ("From_Base64('',true)", b"aGk=", Some(b"hi")),
    ("From_Base64('A-Za-z0-9-_')", b"_-_-", Some(b"\xff\xef\xfe")),
    ("To_Base64()", b"hi", Some(b"aGk=")),
    ("To_Base64('A-Za-z0-9+/')", b"hi", Some(b"aGk")),
    ("To_Base64('')", b"hi", None),
    ("From_Base32()", b"MFRGG===", Some(b"abc")),
    ("From_Base32()", b"MFRGG", Some(b"abc")),
    ("From_Base32('A-Z2-7=',false)", b"MF-GG===", None),
    ("To_Base32()", b"abc", Some(b"MFRGG===")),
    ("From_Base58()", b"2NEpo7TZRRrLZSi2U", Some(b"Hello World!")),
    ("From_Base58()", b"11", Some(b"\x00\x00")),
    ("From_Base58('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',false)", b"0", None),
    ("From_Base85()", b"<~87cUR~>", Some(b"Hell")),
    ("From_Base85()", b"87cURzD", Some(b"Hell\x00\x00\x00\x00")),
    ("From_Base85('!-u',false)", b"8 7", None),
    ("From_Base85('!-u',true,'!')", b"87cUR", None),
    ("From_Hex()", b"68 69", Some(b"hi")),
    ("From_Hex()", b"0x68,0x69", Some(b"hi")),
    ("From_Hex('None')", b"6869", Some(b"hi")),
    ("From_Hex('Comma')", b"68,6", Some(b"h\x06")),
    (r"From_Hex('\\x')", b"\\x68\\x69", Some(b"hi")),
    ("From_Hex('Space')", b"-1", None),
    ("To_Hex()", b"hi", Some(b"68 69")),
    ("To_Hex('0x with comma',2)", b"hello", Some(b"0x68,0x65,\n0x6c,0x6c,\n0x6f")),
    (r"To_Hex('\\x')", b"hi", Some(b"\\x68\\x69")),
    ("To_Hex('None')", b"hi", Some(b"6869")),
    ("From_Hexdump()", b"00000000  68 69 20 68 6f 00 01 02  03 04 05 06 07 08 09 0a  |hi ho...........|", Some(b"hi ho\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n")),
    ("From_Hexdump()", b"\n\n  6869 686f\n0010: 68 69", Some(b"hhi")),
    ("From_Hexdump()", b"no dump", Some(b"")),
    ("From_Charcode()", b"68 69", Some(b"hi")),
    ("From_Charcode('Comma',10)", b"104,105", Some(b"hi")),
    ("From_Charcode('Space',16)", b"3042", Some(b"\xe3\x81\x82")),
    ("From_Charcode('Space',16)", b"68696869686968696869", Some(b"hihihihihi")),
    ("From_Charcode('Space',1)", b"1", None),
    ("From_Charcode('Space',16)", b"1f600", Some(b"\xf0\x9f\x98\x80")),
    ("From_Decimal()", b"104 105", Some(b"hi")),
    ("From_Decimal('Auto',true)", b"104;-1", Some(b"h\xff")),
    ("From_Decimal()", b"300", None),
    ("From_Binary()", b"01101000 01101001", Some(b"hi")),
    ("From_Binary('None',4)", b"1111", Some(b"\x0f")),
    ("From_Octal()", b"150 151", Some(b"hi")),
    ("URL_Decode()", b"a%20b+c", Some(b"a b c")),
    ("URL_Decode(false)", b"a+%zz", Some(b"a+%zz")),
    ("URL_Decode()", b"%e3%81%82", Some(b"\xe3\x81\x82")),
    ("URL_Decode()", b"%ff%u3042", Some(b"\xc3\xbf\xe3\x81\x82")),
    ("URL_Encode()", b"a b/\xc3\xa9", Some(b"a%20b/%C3%A9")),
    ("URL_Encode(true)", b"a/b", Some(b"a%2Fb")),
    ("From_HTML_Entity()", b"&lt;&#65;&#x42;&nosuch;&amp", Some(b"<AB&nosuch;&amp")),
    ("From_HTML_Entity()", b"&#x1f600;&#0065;&#x4;", Some(b"\xf0\x9f\x98\x80A&#x4;")),
    ("From_Quoted_Printable()", b"a=3D=\r\nb=zz=", Some(b"a=b=zz")),
    ("Unescape_string()", b"\\x41\\u0042\\103\\q\\\\", Some(b"ABC\\q\\")),
    ("Unescape_Unicode_Characters()", b"\\u0041\\u00zz", Some(b"A\\u00zz")),
    ("Unescape_Unicode_Characters('U+')", b"U+1F600 u+0041", Some(b"\xf0\x9f\x98\x80 A")),
    ("Decode_NetBIOS_Name()", b"FKFKCACA", Some(b"ZZ")),
    ("From_Punycode()", b"bcher-kva", Some(b"b\xfccher")),
    ("From_Punycode(true)", b"xn--bcher-kva.example", Some(b"b\xfccher.example")),
    ("From_Punycode()", b"bcher-kv!", None),
    ("Decode_text('UTF-16LE (1200)')", b"h\x00i\x00x", Some(b"hi")),
    ("Decode_text('Japanese Shift-JIS (932)')", b"\x93\xfa\x96{", Some(b"\xe6\x97\xa5\xe6\x9c\xac")),
    ("Decode_text('EUC Japanese (51932)')", b"\xc6\xfc", Some(b"\xe6\x97\xa5")),
    ("Decode_text('UTF-7 (65000)')", b"+MEI-+-", Some(b"\xe3\x81\x82+")),
    ("Decode_text('IBM EBCDIC US-Canada (37)')", b"\x88\x89", Some(b"hi")),
    ("Encode_text('UTF-16BE (1201)')", b"hi", Some(b"\x00h\x00i")),
    ("Encode_text('Japanese Shift-JIS (932)')", b"\xe6\x97\xa5\xe6\x9c\xac\xc3\xa9", Some(b"\x93\xfa\x96{\x00")),
    ("Encode_text('UTF-7 (65000)')", b"+\xe3\x81\x82", Some(b"+-+MEI-")),
    (r"Split('*','\\n')", b"a*b*", Some(b"a\nb\n")),
    ("Split('','-')", b"abc", Some(b"a-b-c")),
    ("Split('aab','|')", b"aaabaab", Some(b"a||")),
    ("Split('','-')", b"\xf0\x9f\x98\x80", Some(b"\xef\xbf\xbd-\xef\xbf\xbd")),
    ("Extract_URLs(true,true,true)", b"http://b.example/ x HTTP://A.example/p,q. http://b.example/", Some(b"Total found: 2\n\nHTTP://A.example/p,q\nhttp://b.example/")),
    ("Extract_URLs()", b"http://localhost/ http://a.example:80x ftp://b.c.example/\xc3\xa9", Some(b"http://a.example:80\nftp://b.c.example/")),
    ("Defang_URL()", b"http://a.example/b.c and d.example", Some(b"hxxp[://]a[.]example/b[.]c and d[.]example")),
    ("Defang_URL(true,true,true,'Only full URLs')", b"http://a.example and d.example", Some(b"hxxp[://]a[.]example and d.example")),
    ("Defang_URL(true,true,true,'Everything')", b"a.b http://", Some(b"a[.]b hxxp[://]")),
    ("Defang_URL()", b"a_b.example xn--a.example -c.example d..example e.1x", Some(b"a_b.example xn--a[.]example -c[.]example d..example e.1x")),
    ("Fang_URL()", b"hxxp[://]a[.]example HXXP", Some(b"http://a.example HXXP")),
    ("Head('Line feed',2)", b"a\nb\nc", Some(b"a\nb")),
    ("Head('Line feed',-1)", b"a\nb\nc", Some(b"a\nb")),
    ("Tail('Comma',2)", b"a,b,c", Some(b"b,c")),
    ("Tail('Comma',-1)", b"a,b,c", Some(b"b,c")),
    ("Reverse('Byte')", b"abc", Some(b"cba")),
    ("Reverse()", b"a\xc3\xa9\xf0\x9f\x98\x80", Some(b"\xf0\x9f\x98\x80\xc3\xa9a")),
    ("Reverse('Line')", b"a\nb\nc", Some(b"c\nb\na")),
    ("Remove_whitespace()", b" a\tb\r\nc.", Some(b"abc.")),
    ("Remove_null_bytes()", b"a\x00b", Some(b"ab")),
    ("To_Lower_case()", b"\xce\x91\xce\xa3 \xc4\xb0 ABC", Some(b"\xce\xb1\xcf\x82 i\xcc\x87 abc")),
    ("XOR({'option':'Hex','string':'20'})", b"HI", Some(b"hi")),
    ("XOR({'option':'Decimal','string':'300'})", b"H", None),
    ("XOR({'option':'UTF8','string':'k'},'Input differential',false)", b"hi!", Some(b"\x03\x01H")),
    ("XOR({'option':'UTF8','string':'k'},'Cascade',true)", b"hki", Some(b"\x03\x02i")),
    ("To_Upper_case()", b"a\xc3\x9f", Some(b"ASS")),
    ("To_Upper_case('Word')", b"ab cd_e f\xc3\xa9x", Some(b"Ab Cd_e F\xe9X")),
    ("To_Upper_case('Sentence')", b"ab. \ncd.e f", Some(b"Ab. \nCd.E f")),
    ("To_Upper_case('Paragraph')", b" ab\n\n -c\nd", Some(b" Ab\n\n -c\nD")),
    ("ROT13()", b"Uryyb 1", Some(b"Hello 1")),
    ("ROT13(true,true,true,-3)", b"abc 123", Some(b"xyz 890")),
    ("Gunzip()", b"", Some(b"")),
    ("Gunzip()", b"junk", None),
    ("Microsoft_Script_Decoder()", b"#@~^AAAAAA==\\ko$K6,JtbxKhkrAAAAAA==^#~@", Some(b"MsgBox \"hinomi\"")),
    (r#"Fork(',','|',false)To_Upper_case('All')"#, b"a,b,c", Some(b"A|B|C")),
    (r#"Fork('\\n','\\n',false)Reverse('Byte')Merge(true)To_Upper_case('All')"#, b"ab\ncd", Some(b"BA\nDC")),
    (r#"Fork('\\n','\\n',false)Fork(',',';',false)To_Upper_case('Word')Merge(false)Merge(true)"#, b"a,b\nc,d", Some(b"A;B\nC;D")),
    (r#"Merge()"#, b"a", Some(b"a")),
    (r#"Register('(\\d)',true,false,false)Find_/_Replace({'option':'Simple string','string':'a'},'[$R0]',true,false,true,false)"#, b"a1a", Some(b"[1]1[1]")),
    (r#"Subsection('[a-z]+',true,true,false)Reverse('Character')Merge(true)"#, b"ab1cd", Some(b"ba1dc")),
    (r#"Subsection('x',true,true,false)To_Hex()Merge(true)To_Upper_case('All')"#, b"ab", Some(b"AB")),
    (r#"Label('a')To_Base64()Jump('a',2)"#, b"a", Some(b"V1ZFOVBRPT0=")),
    (r#"Jump('b',10)To_Hex()Label('b')"#, b"a", Some(b"a")),
    (r#"Conditional_Jump('z',false,'e',10)To_Hex()Label('e')Reverse('Byte')"#, b"az", Some(b"za")),
    (r#"Return()To_Hex()"#, b"a", Some(b"a")),
    (r#"Comment('x')To_Hex()"#, b"a", Some(b"61")),
    (r#"ADD({'option':'Hex','string':'01'})"#, b"HAL", Some(b"IBM")),
    (r#"SUB({'option':'UTF8','string':'\\x01'})"#, b"a", Some(b"\x05")),
    (r#"NOT()"#, b"a", Some(b"\x9e")),
    (r#"Rotate_right(1,true)"#, b"ab", Some(b"0\xb1")),
    (r#"Rotate_left(3,false)"#, b"ab", Some(b"\x0b\x13")),
    (r#"ROT47()"#, b"a b", Some(b"2 3")),
    (r#"XOR_Brute_Force(1,2,0,'Standard',false,true,false,'hi')"#, b"JK!", Some(b"Key = 02: HI\nKey = 22: hi")),
    (r#"Drop_bytes(1,2,false)"#, b"abcd", Some(b"ad")),
    (r#"Drop_bytes(-2,1,true)"#, b"abc\nde", Some(b"ac\ne")),
    (r#"Take_bytes(-3,2,false)"#, b"abcd", Some(b"bc")),
    (r#"Take_nth_bytes(2,1,false)"#, b"abcde", Some(b"bd")),
    (r#"Swap_endianness('Hex',2,true)"#, b"01 02 03", Some(b"02 01 00 03")),
    (r#"Swap_endianness('Raw',3,false)"#, b"abcde", Some(b"cbaed")),
    (r#"Zlib_Inflate()"#, b"x\x9c\xcb\xc8\x04\x00\x01;\x00\xd2", Some(b"hi")),
    (r#"Raw_Inflate()"#, b"\xcb\xc8\x04\x00", Some(b"hi")),
    (r#"LZNT1_Decompress()"#, b"\x05\xb0\x08abc\x03\x20\x04\x30hello", Some(b"abcabcabchello")),
    (r#"Untar()"#, b"", Some(b"<div style='padding: 5px; white-space: normal;'>\n                0 file(s) found\n            </div><div id=\"files\" style=\"padding: 20px\"></div>")),
    (r#"MD5()"#, b"abc", Some(b"900150983cd24fb0d6963f7d28e17f72")),
    (r#"SHA1()"#, b"abc", Some(b"a9993e364706816aba3e25717850c26c9cd0d89d")),
    (r#"SHA2('256')"#, b"abc", Some(b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
    (r#"SHA2('512/224')"#, b"abc", Some(b"4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa")),
    (r#"Find_/_Replace({'option':'Regex','string':'(b)(c)?'},'[$1$2]',true,false,true,false)"#, b"abcb", Some(b"a[bc][b]")),
    (r#"Regular_expression('User defined','(\\w)\\1',true,true,false,false,false,true,'List matches with capture groups')"#, b"aa bb", Some(b"Total found: 2\n\naa\n  Group 1: a\nbb\n  Group 1: b")),
    (r#"Regular_expression('User defined','<b>',true,true,false,false,false,false,'Highlight matches')"#, b"a<b>c", Some(b"a<span class='hl2' title='Offset: 1\n'>&lt;b&gt;</span>c")),
    (r#"Filter('Line feed','a',true)"#, b"a\nb\nca", Some(b"b")),
    (r#"Sort('Comma',true,'Numeric')"#, b"10,9,a2,a10", Some(b"10,9,a2,a10")),
    (r#"Sort('Comma',false,'Alphabetical (case insensitive)')"#, b"b,A,_,a,B", Some(b"_,A,a,b,B")),
    (r#"Sort('Space',false,'IP address')"#, b"10.0.0.2 9.9.9.9 x", Some(b"9.9.9.9 10.0.0.2 x")),
    (r#"Unique('Comma',true)"#, b"b,a,2,b,1", Some(b"1 1,1 2,2 b,1 a")),
    (r#"Strip_HTML_tags()"#, b"<p>\n  a</p>\n\n\n<b>b", Some(b"a\nb")),
    (r#"Substitute('A-C','X-Z',true)"#, b"aBcd", Some(b"xYzd")),
    (r#"Extract_domains()"#, b"see a.example, x--y.example.", Some(b"a.example\ny.example")),
    (r#"Extract_IP_addresses(true,true,true,true,true,true)"#, b"10.0.0.1 192.0.2.7 2001:db8::1", Some(b"Total found: 2\n\n192.0.2.7\n2001:db8::1")),
    (r#"Extract_email_addresses()"#, b"to <a.b@c.example>; x", Some(b"a.b@c.example")),
    (r#"Extract_file_paths()"#, b"C:\\Users\\a b.doc /usr/lib/x", Some(b"C:\\Users\\a b.doc\n/usr/lib/x")),
    (r#"Extract_hashes(32,false,true)"#, b"x d41d8cd98f00b204e9800998ecf8427e", Some(b"Total Results: 1\n\nd41d8cd98f00b204e9800998ecf8427e")),
    (r#"Defang_IP_Addresses()"#, b"192.0.2.7 2001:db8::1", Some(b"192[.]0[.]2[.]7 2001[:]db8[:][:]1")),
    (r#"Strings('Single byte',4,'Alphanumeric + punctuation (A)',true,false,false)"#, b"\x00abcd\x01ab\x02efghi", Some(b"Total found: 2\n\nabcd\nefghi")),
    ("Unzip()To_Hex('None')", b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00ahiPK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00\x00!\x00\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00aPK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00/\x00\x00\x00!\x00\x00\x00\x00\x00", Some(b"6869")),
    ("Unzip('',true)To_Lower_case()", b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00ahiPK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00\x00!\x00\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00aPK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00/\x00\x00\x00!\x00\x00\x00\x00\x00", Some(b"hi")),
    ("Unzip()", b"PK", None),
    ("Unzip()To_Upper_case()", b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00!\x00\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00ahiPK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00\x00\x00!\x00\xac*\x93\xd8\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x01\x00\x00\x00\x00aPK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00/\x00\x00\x00!\x00\x00\x00", Some(b"HI")),
    ("Bzip2_Decompress()", b"BZh91AY&SY\x191e=\x00\x00\x00\x81\x00\x02D\xa0\x00!\x9ah3M\x073\x8b\xb9\"\x9c(H\x0c\x98\xb2\x9e\x80", Some(b"hello")),
    ("Bzip2_Decompress(true)", b"BZh91AY&SY$p\xa7\x06\x00\x00\x02!\x00@\x00 \x00 \x00!\x00\x82\x0b\x17rE8P\x90$p\xa7\x06", Some(b"aaaaaaaaaaaaaaaaaaaa")),
    ("Bzip2_Decompress()", b"", None),
    ("Bzip2_Decompress()", b"BZh91AY&SY\x191e=\x00\x00\x00\x81\x00\x02D\xa0\x00!\x9ah3M\x073\x8b\xb9\"\x9c(H\x0c\x98\xb2\x9e", None),
    ("Bzip2_Decompress()", b"BZh91AY&SY\x181e=\x00\x00\x00\x81\x00\x02D\xa0\x00!\x9ah3M\x073\x8b\xb9\"\x9c(H\x0c\x98\xb2\x9e\x80", None),
    ("Bzip2_Decompress()", b"BZh9garbage", None),
    ("Bzip2_Decompress()", b"BZh9\x17rE8P\x90\x00\x00\x00\x00", Some(b"")),
    ("RC4({'option':'UTF8','string':'key'},'Latin1','Hex')", b"hello", Some(b"630958814b")),
    ("RC4({'option':'Hex','string':'6b6579'},'Hex','UTF8')", b"630937a6d9", None),
    ("RC4({'option':'Hex','string':'abc'},'Hex','Base64')", b"abc", Some(b"Ql==")),
    ("RC4()", b"hi", Some(b"\xb6q")),
    ("RC4({'option':'UTF16LE','string':'k'},'Base64','UTF16')", b"aGk=", Some(b"\xea\x94\x9c")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'CBC','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')", b"c6a13b37878f5b826f4f8162a1c8d879", None),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'ECB','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')", b"954f64f2e4e86e9eee82d20216684899", Some(b"")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'ECB/NoPadding','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')", b"954f64f2e4e86e9eee82d20216684899", Some(b"10101010101010101010101010101010")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'CTR','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')", b"0011223344", Some(b"c6b01904c3")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'CFB','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')", b"0011223344556677889900112233445566", Some(b"c6b01904c3da3df5e7d6817383fb9c2c55")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'OFB','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')", b"0011", Some(b"c6b0")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'000000000000000000000000'},16,'GCM','Hex','Hex',{'option':'Hex','string':'00'},{'option':'Hex','string':''},'Off')", b"00", None),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'CBC/NoPadding','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'From start')", b"0000000000000000000000000000000000000000000000000000000000000000", Some(b"7b1d29a16cf8ccab84f0b8a598e42fa6")),
    ("AES_Decrypt({'option':'Hex','string':'000102030405060708090a0b0c0d0e0f'},{'option':'Hex','string':'00000000000000000000000000000000'},16,'CBC/NoPadding','Hex','Hex',{'option':'Hex','string':''},{'option':'Hex','string':''},'From end')", b"0000000000000000000000000000000000000000000000000000000000000000", Some(b"7b1d29a16cf8ccab84f0b8a598e42fa6")),
    ("AES_Decrypt({'option':'Hex','string':'00'})", b"00", None),
    ("Entropy()To_Upper_case()", b"aab", Some(b"0.9182958340544896")),
    ("Entropy('Curve')", b"", Some(b"<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 500 500\"><g transform=\"translate(0, 450)\" fill=\"none\" font-size=\"10\" font-family=\"sans-serif\" text-anchor=\"middle\"><path __data__='null' class=\"domain\" stroke=\"currentColor\" d=\"M30.5,6V0.5H480.5V6\"></path><g __data__=\"0\" class=\"tick\" opacity=\"1\" transform=\"translate(255.5,0)\"><line __data__=\"0\" stroke=\"currentColor\" y2=\"6\"></line><text __data__=\"0\" fill=\"currentColor\" y=\"9\" dy=\"0.71em\">0.000000</text></g></g><g transform=\"translate(30,0)\" fill=\"none\" font-size=\"10\" font-family=\"sans-serif\" text-anchor=\"end\"><path __data__='null' class=\"domain\" stroke=\"currentColor\" d=\"M-6,450.5H0.5V30.5H-6\"></path></g><text style=\"text-anchor: middle; \" transform=\"rotate(-90)\" y=\"-30\" x=\"-250\" dy=\"1em\">Entropy</text><text style=\"text-anchor: middle; \" transform=\"translate(250, 490)\">Block</text><text style=\"text-anchor: middle; \" transform=\"translate(250, 20)\">Scanning Entropy</text></svg>")),
    ("Entropy('Image')", b"abcd aaaa", Some(b"<svg width=\"100%\" height=\"100%\" viewBox=\"0 0 100 100\"><rect __data__='{\"x\":0,\"y\":0,\"entropy\":2}' style=\"fill: rgb(255, 255, 255); \" x=\"0\" y=\"0\" width=\"1\" height=\"1\"></rect><rect __data__='{\"x\":1,\"y\":0,\"entropy\":0}' style=\"fill: rgb(0, 0, 0); \" x=\"1\" y=\"0\" width=\"1\" height=\"1\"></rect></svg>")),
    ("Entropy('Histogram (Bar)')Take_bytes(0,20,false)", b"a", Some(b"[\n    0,\n    0,\n    ")),
    ("Detect_File_Type()", b"%PDF-1.4", Some(b"File type:   Portable Document Format\nExtension:   pdf\nMIME type:   application/pdf\n")),
    ("Detect_File_Type(true,true,true,false,true,true,true)", b"%PDF-1.4", Some(b"Unknown file type. Have you tried checking the entropy of this data to determine whether it might be encrypted or compressed?")),
    ("Detect_File_Type()", b"M", Some(b"Unknown file type. Have you tried checking the entropy of this data to determine whether it might be encrypted or compressed?")),
    ("Parse_URI()", b"https://user:p%40ss@www.example:8080/a/b?x=1&y=&x=2&10=z#frag", Some(b"Protocol:\thttps:\nAuth:\t\tuser:p@ss\nHostname:\twww.example\nPort:\t\t8080\nPath name:\t/a/b\nArguments:\n\t10 = z\n\tx  = 1,2\n\ty \nHash:\t\t#frag\n")),
    ("Parse_URI()", b"/path?a=b", Some(b"Path name:\t/path\nArguments:\n\ta = b\n")),
    ("Parse_URI()", b"mailto:a@b.example", Some(b"Protocol:\tmailto:\nAuth:\t\ta\nHostname:\tb.example\n")),
    ("Parse_URI()", b"http://[2001:db8::1]:80", Some(b"Protocol:\thttp:\nHostname:\t2001:db8::1\nPort:\t\t80\nPath name:\t/\n")),
    ("Parse_URI()", b"http://%zz@a.example/", None),
    ("Parse_URI()", b"http://h\xc3\xa9.example/", Some(b"Protocol:\thttp:\nHostname:\txn--h-bga.example\nPath name:\t/\n")),
    ("JSON_Beautify()", b"{\"a\":[1,{\"b\":\"<http>\"}],\"l\":\"https://a.example/\"}", Some(b"<div class=\"json-document\"><details open class=\"json-details\"><summary class=\"json-summary json-obj\"></summary><span class=\"json-brace\">{</span><ul class=\"json-dict\"><li><details open class=\"json-details\"><summary class=\"json-summary json-arr\">a<span class=\"json-colon\">:</span> </summary><span class=\"json-bracket\">[</span><ol class=\"json-array\"><li><span class=\"json-literal\">1</span><span class=\"json-comma\">,</span></li><li><details open class=\"json-details\"><summary class=\"json-summary json-obj\"></summary><span class=\"json-brace\">{</span><ul class=\"json-dict\"><li>b<span class=\"json-colon\">:</span> <span class=\"json-string\">\"&lt;http&gt;\"</span></li></ul><span class=\"json-brace\">}</span></details></li></ol><span class=\"json-bracket\">]</span></details><span class=\"json-comma\">,</span></li><li>l<span class=\"json-colon\">:</span> <a href=\"https://a.example/\" class=\"json-string\" target=\"_blank\">https://a.example/</a></li></ul><span class=\"json-brace\">}</span></details></div>")),
    ("JSON_Beautify('\\\\t',true,false)", b"{b:1,'a':[0x10,+.5,],/*c*/10:null,2:NaN}", None),
    ("JSON_Beautify()", b"{", None),
    ("JSON_Beautify('',false,false)", b"[1, 2]", Some(b"[1,2]")),
    ("Generic_Code_Beautify()", b"if(a==1){b('x;y');}else{c=/r/g}", Some(b"if (a == 1)  {\n    b('x;y');\n} else {\n    c = /r/g\n}")),
    ("Generic_Code_Beautify()", b"for(i=0;i<2;i++)x();", Some(b"for(i = 0;\ni < 2;\ni++)x();")),
    ("From_UNIX_Timestamp()", b"978307200", Some(b"Mon 1 January 2001 00:00:00 UTC")),
    ("From_UNIX_Timestamp('Milliseconds (ms)')", b"1609459200123", Some(b"Fri 1 January 2021 00:00:00.123 UTC")),
    ("From_UNIX_Timestamp('Nanoseconds (ns)')", b"-1", Some(b"Thu 1 January 1970 00:00:00.000 UTC")),
    ("From_UNIX_Timestamp()", b"x", Some(b"Invalid date UTC")),
    ("From_UNIX_Timestamp()", b"253402300800", Some(b"Sat 1 January 10000 00:00:00 UTC")),
    ("Windows_Filetime_to_UNIX_Timestamp()", b"129207366395297693", Some(b"1276263039.5297693")),
    ("Windows_Filetime_to_UNIX_Timestamp('Nanoseconds (ns)','Hex (big endian)')", b"1cb095e2c1a3b7d", Some(b"1276257838168358100")),
    ("Windows_Filetime_to_UNIX_Timestamp('Milliseconds (ms)','Hex (little endian)')", b"d0b5a4e3c2f1ca01", Some(b"1273662267865.2368")),
    ("Windows_Filetime_to_UNIX_Timestamp()", b"x", None),
    ("AES_Decrypt({'option':'Hex','string':'00000000000000000000000000000000'},{'option':'Hex','string':'000000000000000000000000'},16,'GCM','Hex','Hex',{'option':'Hex','string':'ab6e47d42cec13bdf53a67b21257bddf'})", b"0388dace60b6a392f328c2b971b2fe78", Some(b"00000000000000000000000000000000")),
    ("JPath_expression('$.a[*].b',',')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"1,\"x\",12.5")),
    ("JPath_expression('$..b')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"1\n\"x\"\n12.5\n7")),
    ("JPath_expression('$.a[?(@.b>2)].b')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"12.5")),
    ("JPath_expression('$..[?(@.c==\\'x\\')]')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", None),
    ("JPath_expression('$.a[(@.length-1)]')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"{\"b\":12.5,\"d\":true}")),
    ("JPath_expression('$.a[1:].c',',')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"null")),
    ("JPath_expression('$..b^')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"{\"b\":1,\"c\":\"x\"}\n{\"b\":\"x\",\"c\":null}\n{\"b\":12.5,\"d\":true}\n{\"b\":7}")),
    ("JPath_expression('$.*~',',')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"\"a\",\"e\"")),
    ("JPath_expression('$.a[?(/x/i.test(@.b))].c')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", Some(b"null")),
    ("JPath_expression('$.a[?(')", b"{\"a\":[{\"b\":1,\"c\":\"x\"},{\"b\":\"x\",\"c\":null},{\"b\":12.5,\"d\":true}],\"e\":{\"b\":7}}", None),
    ("JPath_expression('$')", b"0", None),
    ("JPath_expression('$')", b"{'a':1}", None),
    ("Magic(1,false,false,'http')", b"aHR0cDovL2EuZXhhbXBsZS8=", Some(b"<table\n                class='table table-hover table-sm table-bordered'\n                style='table-layout: fixed;'>\n            <tr>\n                <th>Recipe (click to load)</th>\n                <th>Result snippet</th>\n                <th>Properties</th>\n            </tr><tr>\n                <td><a href=\"#recipe=From_Base64('A-Za-z0-9%2B/%3D',true,false)\">From_Base64('A-Za-z0-9+/=',true,false)\n</a></td>\n                <td>http://a.example/</td>\n                <td>Matching ops: From Base85\n<span data-toggle='tooltip' data-container='body' title='The data could be a valid UTF8 string based on its encoding.'>Valid UTF8</span>\n<span data-toggle=\"tooltip\" data-container=\"body\" title=\"Shannon Entropy is measured from 0 to 8. High entropy suggests encrypted or compressed data. Normal text is usually around 3.5 to 5.\">Entropy: <span style=\"color: goldenrod\">3.34</span></span></td>\n            </tr><tr>\n                <td><a href=\"#recipe=From_Base64('A-Za-z0-9%2B%5C%5C-%3D',true,false)\">From_Base64('A-Za-z0-9+\\\\-=',true,false)\n</a></td>\n                <td>http://a.example/</td>\n                <td>Matching ops: From Base85\n<span data-toggle='tooltip' data-container='body' title='The data could be a valid UTF8 string based on its encoding.'>Valid UTF8</span>\n<span data-toggle=\"tooltip\" data-container=\"body\" title=\"Shannon Entropy is measured from 0 to 8. High entropy suggests encrypted or compressed data. Normal text is usually around 3.5 to 5.\">Entropy: <span style=\"color: goldenrod\">3.34</span></span></td>\n            </tr></table><script type='application/javascript'>$('[data-toggle=\"tooltip\"]').tooltip()</script>")),
    ("Magic(0,false,false,'nothing')", b"hello world", Some(b"Nothing of interest could be detected about the input data.\nHave you tried modifying the operation arguments?")),
    ("Magic(1,false,false,'[')", b"x", None),
];

#[track_caller]
fn check(recipe: &str, input: &[u8], expected: Option<&[u8]>) {
    let baked = Recipe::parse(recipe).unwrap().bake(input, &Limits::desk());
    let found = baked.as_ref().map(|output| output.bytes.as_slice()).ok();
    assert_eq!(found, expected, "{recipe} on {input:?}: {baked:?}");
}

#[test]
fn operations_give_what_cyberchef_gives() {
    for (recipe, input, expected) in CASES {
        check(recipe, input, *expected);
    }
}

#[test]
fn every_operation_has_a_case() {
    for name in operations() {
        let start = format!("{}(", name.replace(' ', "_"));
        assert!(CASES.iter().any(|(recipe, ..)| recipe.starts_with(&start)), "{name}");
    }
}

/// Generated recipes with CyberChef's answers, by `lab/peers/cyberchef_parity.py --golden`.
#[test]
fn generated_recipes_give_what_cyberchef_gave() {
    let from_base64 = Recipe::parse("From_Base64()").unwrap();
    let bytes = |text: &serde_json::Value| {
        from_base64.bake(text.as_str().unwrap().as_bytes(), &Limits::desk()).unwrap().bytes
    };
    let mut compared = 0;
    for line in include_str!("../fixtures/baked.ndjson").lines() {
        let pair: serde_json::Value = serde_json::from_str(line).unwrap();
        let recipe = pair["recipe"].as_str().unwrap();
        let output = Recipe::parse(recipe)
            .ok()
            .and_then(|recipe| recipe.bake(&bytes(&pair["input_b64"]), &Limits::desk()).ok());
        let expected = pair.get("output_b64").map(bytes);
        assert_eq!(output.map(|output| output.bytes), expected, "{recipe}");
        compared += 1;
    }
    assert!(compared > 400);
}

/// The pages that CyberChef lists and then fails on: what is expected here is RFC 1468 and JIS X 0208.
#[test]
fn iso_2022_japanese_is_read_and_written() {
    let label = "ISO 2022 JIS Japanese with halfwidth Katakana (50221)";
    check(&format!("Decode_text('{label}')"), b"\x1b$BF|K\\\x1b(B", Some("日本".as_bytes()));
    check(&format!("Encode_text('{label}')"), "日本".as_bytes(), Some(b"\x1b$BF|K\\\x1b(B"));
}

#[test]
fn what_is_no_number_goes_on_through_byte_arrays_and_fails_at_the_end() {
    check("From_Decimal('Space',false)To_Hex('None',0)", b"65 x 66", Some(b"410042"));
    check("From_Decimal('Space',false)Reverse('Byte')URL_Encode(false)", b"65 x 66", Some(b"B%NANA"));
    check(
        "From_Decimal('Space',false)ROT13(true,true,false,1)ADD({'option':'Hex','string':'01'})URL_Encode(false)",
        b"65 x",
        Some(b"C%NAN"),
    );
    check(
        "From_Decimal('Space',false)Take_nth_bytes(2,1,false)URL_Encode(false)",
        b"65 x 66 67",
        Some(b"%NANC"),
    );
    check("From_Decimal('Space',false)Rotate_right(0,false)URL_Encode(false)", b"x", Some(b"%NAN"));
    check("From_Decimal('Space',false)Rotate_right(1,false)URL_Encode(false)", b"x", Some(b"%00"));
    check("ADD({'option':'Decimal','string':'-'})URL_Encode(false)", b"ab", Some(b"%NAN%NAN"));
    check("From_Decimal('Space',false)", b"65 x 66", None);
    let error =
        Recipe::parse("From_Decimal('Space',false)").unwrap().bake(b"65 x 66", &Limits::desk()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "bake step 1 of the recipe, \"From Decimal\": number 2 of the result is none"
    );
}

#[test]
fn an_argument_out_of_bounds_is_an_error_only_where_its_step_may_run() {
    check("Reverse('Word'/disabled)To_Hex('None',0)", b"A", Some(b"41"));
    check("To_Hex('None',0)Return()Reverse('Word')", b"A", Some(b"41"));
    check("To_Hex('None',0)To_Hex('None',0/breakpoint)Reverse('Word')", b"A", Some(b"41"));
    assert!(Recipe::parse("To_Hex('None',0)Reverse('Word')").is_err());
    // One that is no number at all stops the page before anything runs.
    assert!(Recipe::parse("To_Hex('None','x'/disabled)").is_err());
    // A jump goes past the breakpoint to the step.
    let recipe = Recipe::parse("Jump('a',1)To_Hex('None',0/breakpoint)Label('a')Reverse('Word')").unwrap();
    let error = recipe.bake(b"A", &Limits::desk()).unwrap_err();
    assert_eq!(error.step, 4);
}

#[test]
fn a_long_text_without_an_address_does_not_take_the_square_of_the_time() {
    let text = "A".repeat(1_000_000);
    check("Extract_email_addresses(false,false,false)", text.as_bytes(), Some(b""));
    let text = format!("a.b@c.example {text}\nx@[10.0.0.1]{text}");
    check(
        "Extract_email_addresses(false,false,false)",
        text.as_bytes(),
        Some(b"a.b@c.example\nx@[10.0.0.1]"),
    );
}

#[test]
fn a_hexadecimal_time_without_digits_is_the_first() {
    let recipe = "Windows_Filetime_to_UNIX_Timestamp('Seconds (s)','Hex (big endian)')";
    check(recipe, b"\r\n", Some(b"-11644473600"));
    check(recipe, b"1cb0_95e2_c1a3_b7d", Some(b"1276257838.1683581"));
    check(recipe, b"x", None);
}

/// The same of RFC 1557 and RFC 1922.
#[test]
fn iso_2022_korean_and_chinese_are_read_and_written() {
    let korean = "ISO 2022 Korean (50225)";
    check(&format!("Decode_text('{korean}')"), b"\x1b$)Ca\x0e0!\x0f\nb", Some("a가\nb".as_bytes()));
    check(&format!("Encode_text('{korean}')"), "a가b".as_bytes(), Some(b"a\x1b$)C\x0e0!\x0fb"));
    let chinese = "ISO 2022 Simplified Chinese (50227)";
    check(&format!("Decode_text('{chinese}')"), b"\x1b$)A\x0eVPND\x0f!", Some("中文!".as_bytes()));
    check(
        &format!("Encode_text('{chinese}')"),
        "中!\n文".as_bytes(),
        Some(b"\x1b$)A\x0eVP\x0f!\n\x1b$)A\x0eND\x0f"),
    );
    check(&format!("Decode_text('{chinese}')"), b"\x0eV\x1b", Some("\u{fffd}\u{fffd}".as_bytes()));
}

#[test]
fn a_page_outside_the_prepared_ones_reads_a_nul_with_the_byte_behind_it() {
    check("Decode_text('OEM United States (437)')", b"a\0b\x80\0", Some(b"ab\xc7\0"));
    check("Decode_text('Windows-1252 Latin (1252)')", b"a\0b", Some(b"a\0b"));
}

#[test]
fn what_a_page_cannot_read_is_marked() {
    // The page's own mark, where CyberChef has one; else it throws, and U+FFFD stands here.
    check("Decode_text('Japanese Shift-JIS (932)')", b"a\x93\x01", Some("a\u{fdff}".as_bytes()));
    check("Decode_text('Japanese Shift-JIS (932)')", b"a\x93", Some(b"a\0"));
    check("Decode_text('EUC Japanese (51932)')", b"a\x93\xb0\xa1", Some("a\u{fffd}亜".as_bytes()));
}

/// Every page of the menu reads and writes a letter of ASCII, wherever its code stands, and every table unpacks.
#[test]
fn every_code_page_reads_what_it_writes() {
    for (label, page) in charset::pages() {
        let text = page.decode(&page.encode(&[0x41, 0x7a]));
        let wanted = charset::Decoded { text: vec![0x41, 0x7a], broken: false };
        assert_eq!(text, wanted, "{label}");
    }
    for (label, letter) in [
        ("Korean (Johab) (1361)", "각"),
        ("Japanese (Mac) (10001)", "あ"),
        ("MAC Traditional Chinese (Big5) (10002)", "中"),
        ("Korean (Mac) (10003)", "각"),
        ("MAC Simplified Chinese (GB 2312) (10008)", "中"),
        ("CNS Taiwan (Chinese Traditional) (20000)", "中"),
        ("TCA Taiwan (20001)", "中"),
        ("ETEN Taiwan (Chinese Traditional) (20002)", "中"),
        ("IBM5550 Taiwan (20003)", "中"),
        ("TeleText Taiwan (20004)", "中"),
        ("Wang Taiwan (20005)", "中"),
        ("Japanese (JIS 0208-1990 and 0212-1990) (20932)", "亜"),
        ("ISCII Devanagari (57002)", "क"),
        ("ISCII Punjabi (57011)", "ਕ"),
    ] {
        let recipe = format!("Encode_text('{label}')Decode_text('{label}')");
        check(&recipe, letter.as_bytes(), Some(letter.as_bytes()));
    }
}

#[test]
fn a_domain_in_a_row_of_single_letters_does_not_take_the_square_of_the_time() {
    let input = "a.".repeat(500_000) + "1";
    check("Defang_URL()", input.as_bytes(), Some(input.as_bytes()));
}

#[test]
fn blank_lines_before_a_hexdump_do_not_take_the_square_of_the_time() {
    let input = "\n".repeat(1_000_000) + " 68 69";
    check("From_Hexdump()", input.as_bytes(), Some(b"hi"));
}

#[test]
fn near_misses_of_a_long_delimiter_do_not_take_the_square_of_the_time() {
    let (text, delimiter) = ("a".repeat(500_000), "a".repeat(250_000) + "b");
    check(&format!("Split('{delimiter}','')"), text.as_bytes(), Some(text.as_bytes()));
}

fn limits(expanded_bytes_max: u64, steps_max: u64) -> Limits {
    Limits { expanded_bytes_max, steps_max, ..Limits::desk() }
}

fn limit_of(error: &BakeError) -> &str {
    match &error.fault {
        Fault::Limit(limit) => &limit.name,
        Fault::Refused(_) => "",
    }
}

#[test]
fn no_operation_hands_on_more_than_the_limit() {
    let input = "68 http://a.example/ &lt; ".repeat(100);
    // A step that only steers hands on what it got.
    let works =
        |name: &&str| crate::decode::ops::find(name).is_some_and(|op| !matches!(op.run, Takes::Flow(_)));
    for name in operations().filter(works) {
        let recipe = Recipe::parse(&format!("{}()", name.replace(' ', "_"))).unwrap();
        if let Ok(output) = recipe.bake(input.as_bytes(), &limits(64, 1_000_000)) {
            assert!(output.bytes.len() <= 64, "{name}: {} bytes", output.bytes.len());
        }
    }
}

#[test]
fn every_operation_pays_for_its_input() {
    for name in operations().filter(|name| *name != "Comment") {
        let recipe = Recipe::parse(&format!("{}()", name.replace(' ', "_"))).unwrap();
        let error = recipe.bake(&[b'1'; 10_000], &limits(1 << 20, 3)).unwrap_err();
        assert_eq!(limit_of(&error), "steps_max", "{name}");
    }
}

#[test]
fn a_join_that_would_fill_the_memory_is_refused_before_it_is_made() {
    let recipe = Recipe::parse(&format!("Split('','{}')", "x".repeat(100_000))).unwrap();
    let error = recipe.bake(&vec![b'a'; 1_000_000], &Limits::desk()).unwrap_err();
    assert_eq!(limit_of(&error), "expanded_bytes_max");
    let problem = error.problem();
    assert_eq!(problem.kind, ProblemKind::LimitReached);
    assert_eq!(problem.place, "step 1 Split");
}

#[test]
fn a_gzip_bomb_stops_at_the_limit() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![0; 10_000_000]).unwrap();
    let error = Recipe::parse("Gunzip()")
        .unwrap()
        .bake(&packed.finish().unwrap(), &limits(1 << 20, 1_000))
        .unwrap_err();
    assert_eq!(limit_of(&error), "expanded_bytes_max");
}

#[test]
fn gzip_members_are_one_stream() {
    let member = |text: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    };
    check("Gunzip()", &[member(b"one "), member(b"two")].concat(), Some(b"one two"));
}

#[test]
fn long_base58_meets_the_step_limit() {
    let error =
        Recipe::parse("From_Base58()").unwrap().bake(&vec![b'z'; 1_000_000], &Limits::desk()).unwrap_err();
    assert_eq!(limit_of(&error), "steps_max");
}

proptest! {
    #[test]
    fn no_operation_panics(at in 0_usize..64, then in 0_usize..64, input in proptest::collection::vec(any::<u8>(), 0..300)) {
        let names: Vec<_> = operations().collect();
        let recipe = [at, then].map(|at| format!("{}()", names[at % names.len()].replace(' ', "_"))).concat();
        let _ = Recipe::parse(&recipe).unwrap().bake(&input, &Limits::desk());
    }

    #[test]
    fn no_text_of_the_formats_marks_panics(at in 0_usize..64, input in "[%&#x;=\\\\u{}+0-9a-fA-F<>~:/. \n-]{0,80}") {
        let names: Vec<_> = operations().collect();
        let recipe = format!("{}()", names[at % names.len()].replace(' ', "_"));
        let _ = Recipe::parse(&recipe).unwrap().bake(input.as_bytes(), &Limits::desk());
    }
}

#[test]
fn an_order_that_contradicts_itself_is_no_panic() {
    // Numbers against words against nothing: the library's sort may end the program on these.
    let pieces = ["9", "a", "10:", "10", "b1", "", "1e3", "0x1f", "a9", "-", "3c\nKey", "zz", "ff:"];
    let text: Vec<&str> = (0..4_000).map(|n| pieces[n * n * 7 % pieces.len()]).collect();
    for order in ["Numeric", "Numeric (hexadecimal)", "IP address"] {
        let recipe = format!("Sort('Comma',false,'{order}')");
        let sorted =
            Recipe::parse(&recipe).unwrap().bake(text.join(",").as_bytes(), &Limits::desk()).unwrap();
        let (mut before, text) = (text.clone(), sorted.text());
        let mut after: Vec<&str> = text.split(',').collect();
        before.sort_unstable();
        after.sort_unstable();
        assert_eq!(before, after, "{order}");
    }
}

/// What used to be let through, or stopped by the jail only: each ends at a limit that it names.
#[test]
fn every_bomb_names_the_limit_that_stopped_it() {
    #[track_caller]
    fn stopped(recipe: &str, input: &[u8], limit: &str) {
        let few = limits(4 << 20, 20_000);
        let error = Recipe::parse(recipe).unwrap().bake(input, &few).unwrap_err();
        assert_eq!(limit_of(&error), limit, "{recipe}: {error}");
    }
    let text = "a".repeat(1 << 20);
    let lines: String = (0..150_000).map(|line| format!("{line}\n")).collect();
    let deep = format!("JPath_expression('$..[?({}1)]')", "1+".repeat(20_000));
    let members = format!("JPath_expression('$..[?(@{})]')", ".a".repeat(20_000));
    let groups = format!(
        "Regular_expression('User defined','{}',true,true,false,false,false,false,'List capture groups')",
        "()".repeat(2_000)
    );
    let registers = format!("Register(){}", "Split('$R0','$R0')".repeat(20));
    stopped(&deep, b"[1]", "nesting_max");
    stopped(&members, b"[1]", "nesting_max");
    stopped(&groups, text.as_bytes(), "expanded_bytes_max");
    stopped(&registers, text.as_bytes(), "expanded_bytes_max");
    stopped(&"Fork('a','b',false)".repeat(2_000), text.get(..2_000).unwrap().as_bytes(), "steps_max");
    stopped("Unique('Line feed',true)", lines.as_bytes(), "expanded_bytes_max");
    stopped("Unique('Line feed',false)", lines.as_bytes(), "expanded_bytes_max");
    stopped("Sort('Nothing (separate chars)',false,'Numeric')", text.as_bytes(), "expanded_bytes_max");
    stopped("Sort('Line feed',false,'Numeric')", lines.get(..600_000).unwrap().as_bytes(), "steps_max");
    stopped(
        "Strings('Single byte',1,'All printable chars (A)',false,true,true)",
        lines.get(..200_000).unwrap().as_bytes(),
        "steps_max",
    );
    stopped(
        "Label('x')Find_/_Replace({'option':'Regex','string':'a'},'aa',true,false,true,false)Jump('x',1000000)",
        b"a",
        "steps_max",
    );
    stopped(
        "XOR_Brute_Force(2,1000000,0,'Standard',false,true,false,'zzzzzz')",
        text.as_bytes(),
        "steps_max",
    );
    let aes = "AES_Decrypt({'option':'Hex','string':'00112233445566778899aabbccddeeff'},{'option':'Hex','string':''},16,'ECB','Raw','Raw',{'option':'Hex','string':''},{'option':'Hex','string':''},'Off')";
    stopped(aes, text.as_bytes(), "expanded_bytes_max");
    stopped("Magic(100,true,true,'')", b"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8=", "steps_max");
}
