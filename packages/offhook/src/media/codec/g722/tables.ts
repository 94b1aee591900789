// The quantizers of G.722 and the filter that parts its bands, as the recommendation's tables have them.

/** Half of the 24 coefficients of the quadrature mirror filter; the other half is this one backwards (table 4). */
export const mirror: Int32Array = Int32Array.of(
  ...[3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11],
);

/** The decision levels of the lower band's quantizer, from the second on (Q6, table 7). */
export const decisions: Int32Array = Int32Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940],
  ...[1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);

/** What a codeword of four bits stands for in the lower band (QM4). */
export const low4: Int32Array = Int32Array.of(
  ...[0, -20_456, -12_896, -8968, -6288, -4240, -2584, -1200],
  ...[20_456, 12_896, 8968, 6288, 4240, 2584, 1200, 0],
);

/** What a codeword of six bits stands for in the lower band (QM6): four that are not sent, then the negative and the positive ones. */
export const low6: Int32Array = Int32Array.of(
  ...[-136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280],
  ...[-11_192, -10_232, -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008],
  ...[-3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728, 24_808, 21_904, 19_008],
  ...[16_704, 14_984, 13_512, 12_280, 11_192, 10_232, 9360, 8576, 7856, 7192, 6576, 6000, 5456],
  ...[4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136],
);

/** How a codeword of four bits changes the scale of the lower band (WL by way of RL42). */
export const lowMultipliers: Int32Array = Int32Array.of(
  ...[-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60],
);

/** What a codeword stands for in the upper band (QM2). */
export const high2: Int32Array = Int32Array.of(-7408, -1616, 7408, 1616);

/** How a codeword changes the scale of the upper band (WH by way of RH2). */
export const highMultipliers: Int32Array = Int32Array.of(798, -214, 798, -214);
