//! The natural logarithm as browsers compute it (fdlibm's `e_log.c`, Sun Microsystems), to the last bit: what a
//! recipe prints of it must not depend on this machine's mathematics.

const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
const ODD: [f64; 4] = [
    6.666_666_666_666_735e-1,
    2.857_142_874_366_239e-1,
    1.818_357_216_161_805e-1,
    1.479_819_860_511_658_6e-1,
];
const EVEN: [f64; 3] = [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];

/// Of a normal number above 0.
pub(super) fn ln(number: f64) -> f64 {
    let bits = number.to_bits();
    let high = (bits >> 32) & 0x000f_ffff;
    let exponent = i64::try_from(bits >> 52 & 0x7ff).unwrap_or(0) - 1_023;
    // Into the range around 1, from the root of a half to the root of two.
    let up = high.wrapping_add(0x9_5f64) & 0x10_0000;
    let scaled = (high | (up ^ 0x3ff0_0000)) << 32 | bits & 0xffff_ffff;
    let k = (exponent + i64::try_from(up >> 20).unwrap_or(0)) as f64;
    let f = f64::from_bits(scaled) - 1.0;
    if 0x000f_ffff & (2 + high) < 3 {
        if f == 0.0 {
            return if k == 0.0 { 0.0 } else { k * LN2_HIGH + k * LN2_LOW };
        }
        let r = f * f * (0.5 - 0.333_333_333_333_333_3 * f);
        return if k == 0.0 { f - r } else { k * LN2_HIGH - ((r - k * LN2_LOW) - f) };
    }
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let [lg1, lg3, lg5, lg7] = ODD;
    let [lg2, lg4, lg6] = EVEN;
    let r = z * (lg1 + w * (lg3 + w * (lg5 + w * lg7))) + w * (lg2 + w * (lg4 + w * lg6));
    let within = high.cast_signed().wrapping_sub(0x6_147a) | 0x6_b851_i64.wrapping_sub(high.cast_signed());
    if within > 0 {
        let half = 0.5 * f * f;
        return if k == 0.0 {
            f - (half - s * (f + r))
        } else {
            k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
        };
    }
    if k == 0.0 { f - s * (f - r) } else { k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f) }
}
