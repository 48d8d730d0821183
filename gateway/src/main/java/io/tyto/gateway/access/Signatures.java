package io.tyto.gateway.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import io.tyto.model.access.TokenIssuer.Algorithm;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/// Checks signatures of tokens: each algorithm with a key of its own kind and no other, so that no
/// token can choose to be checked by less.
final class Signatures {
  private static final int MIN_RSA_BITS = 2_048;
  private static final int ED25519_BYTES = 32;

  private Signatures() {}

  static boolean isGood(SignedJWT token, Algorithm algorithm, JWK key) {
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)
        || key.getAlgorithm() != null && !key.getAlgorithm().getName().equals(algorithm.word())) {
      return false;
    }
    try {
      return switch (algorithm) {
        case RS256 ->
            key instanceof RSAKey rsa
                && rsa.size() >= MIN_RSA_BITS
                && token.verify(new RSASSAVerifier(rsa));
        case ES256 ->
            key instanceof ECKey ec
                && ec.getCurve().equals(Curve.P_256)
                && token.verify(new ECDSAVerifier(ec));
        case EDDSA ->
            key instanceof OctetKeyPair pair
                && pair.getCurve().equals(Curve.Ed25519)
                && isGood(token, pair);
      };
    } catch (JOSEException | GeneralSecurityException e) {
      // A key or signature that is none.
      return false;
    }
  }

  /// By the JDK: the library would need another for it.
  private static boolean isGood(SignedJWT token, OctetKeyPair key) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initVerify(publicKey(key.getDecodedX()));
    signature.update(token.getSigningInput());
    return signature.verify(token.getSignature().decode());
  }

  /// Little-endian y, with the sign of x as its highest bit (RFC 8032).
  private static PublicKey publicKey(byte[] littleEndian) throws GeneralSecurityException {
    if (littleEndian.length != ED25519_BYTES) {
      throw new GeneralSecurityException("no key of 32 bytes");
    }
    byte[] y = new byte[ED25519_BYTES];
    for (int i = 0; i < ED25519_BYTES; i++) {
      y[i] = littleEndian[ED25519_BYTES - 1 - i];
    }
    boolean isOdd = (y[0] & 0x80) != 0;
    y[0] &= 0x7F;
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(
            new EdECPublicKeySpec(
                NamedParameterSpec.ED25519, new EdECPoint(isOdd, new BigInteger(1, y))));
  }
}
