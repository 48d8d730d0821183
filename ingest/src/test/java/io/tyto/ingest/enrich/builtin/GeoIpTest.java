package io.tyto.ingest.enrich.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.QuietLog;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeoIpTest {
  private static final long BUILT = Instant.parse("2026-11-18T00:00:00Z").getEpochSecond();

  @TempDir Path folder;
  private Path file;

  static TestDatabase database() {
    Map<String, Object> berlin =
        Map.of(
            "country",
                Map.of("iso_code", "DE", "names", Map.of("en", "Germany", "de", "Deutschland")),
            "continent", Map.of("code", "EU"),
            "subdivisions", List.of(Map.of("iso_code", "BE", "names", Map.of("en", "Land Berlin"))),
            "city", Map.of("names", Map.of("en", "Berlin")),
            "postal", Map.of("code", "10115"),
            "location",
                Map.of(
                    "latitude",
                    52.5,
                    "longitude",
                    13.25,
                    "accuracy_radius",
                    20,
                    "time_zone",
                    "Europe/Berlin"),
            "autonomous_system_number", 64_500L,
            "autonomous_system_organization", "Owl Networks");
    return new TestDatabase()
        .add("192.0.2.0", 24, berlin)
        .add("198.51.100.7", 32, Map.of("country", Map.of("iso_code", "FR")))
        .add("2001:db8::", 32, Map.of("country", Map.of("iso_code", "JP"), "location", "none"));
  }

  @BeforeEach
  void writeFile() throws IOException {
    QuietLog.on();
    file = Files.write(folder.resolve("test.mmdb"), database().toBytes("Test-City", BUILT));
  }

  private Enriched geoip(String type) {
    return new Enriched("geoip", Map.of("field", "ip", "database", file.toString()), "ip: " + type);
  }

  @Test
  void tellsWhereAnAddressIs() {
    Enriched geoip = geoip("string");
    assertEquals("Test-City of 2026-11-18", geoip.step().dataVersion());
    assertEquals(
        Map.ofEntries(
            Map.entry("geo_country", "DE"),
            Map.entry("geo_country_name", "Germany"),
            Map.entry("geo_continent", "EU"),
            Map.entry("geo_region", "BE"),
            Map.entry("geo_region_name", "Land Berlin"),
            Map.entry("geo_city", "Berlin"),
            Map.entry("geo_postal_code", "10115"),
            Map.entry("geo_time_zone", "Europe/Berlin"),
            Map.entry("geo_latitude", 52.5),
            Map.entry("geo_longitude", 13.25),
            Map.entry("geo_accuracy_km", 20L),
            Map.entry("geo_asn", 64_500L),
            Map.entry("geo_as_organization", "Owl Networks")),
        geoip.of("192.0.2.255"));
    assertEquals(Map.of("geo_country", "FR"), geoip.of(" 198.51.100.7 "));
    assertEquals(Map.of("geo_country", "JP"), geoip.of("[2001:DB8::1%eth0]"));
    assertEquals(Map.of("geo_country", "FR"), geoip.of("::ffff:198.51.100.7"));
    for (String none :
        List.of("198.51.100.8", "10.0.0.1", "::1", "owl.example", "127.1", "1", "", "1.2.3.4.5")) {
      assertEquals(Map.of(), geoip.of(none), none);
    }
    assertEquals(0, geoip.step().failures());
  }

  @Test
  void readsColumnsOfTypeIp() {
    Enriched geoip = geoip("ip");
    byte[] address = Values.toBytes(ColumnType.IP, InetAddress.ofLiteral("198.51.100.7"));
    assertEquals(Map.of("geo_country", "FR"), geoip.ofBytes(address));
    address = Values.toBytes(ColumnType.IP, InetAddress.ofLiteral("2001:db8::1"));
    assertEquals(Map.of("geo_country", "JP"), geoip.ofBytes(address));
  }

  @Test
  void aFileThatChangesIsReadAgainAndABrokenOneIsNot() throws IOException {
    GeoDatabase database = GeoDatabase.open(file);
    InetAddress address = InetAddress.ofLiteral("198.51.100.7");
    long now = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    replace(
        new TestDatabase()
            .add("198.51.100.7", 32, Map.of("country", Map.of("iso_code", "IT")))
            .toBytes("Newer", BUILT),
        1);
    database.lookForNewFile(now);
    assertEquals("Newer of 2026-11-18", database.name());
    assertEquals(Map.of("country", Map.of("iso_code", "IT")), database.find(address));
    replace(new byte[] {1, 2, 3}, 2);
    database.lookForNewFile(now + 1);
    database.lookForNewFile(now + TimeUnit.MINUTES.toNanos(1));
    assertEquals("Newer of 2026-11-18", database.name());
    assertEquals(Map.of("country", Map.of("iso_code", "IT")), database.find(address));
  }

  private void replace(byte[] content, int second) throws IOException {
    Path next = Files.write(folder.resolve("next"), content);
    Files.setLastModifiedTime(next, FileTime.from(Instant.ofEpochSecond(BUILT + second)));
    Files.move(next, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aFileThatIsMissingOrBrokenStopsTheStart() throws IOException {
    Files.write(file, new byte[1000]);
    TytoException broken = assertThrows(TytoException.class, () -> geoip("ip"));
    assertTrue(
        broken.getMessage().startsWith("tyto.yaml:1: pipeline.geoip: "), broken.getMessage());
    Files.delete(file);
    TytoException missing = assertThrows(TytoException.class, () -> geoip("ip"));
    assertTrue(missing.getMessage().contains("there is no file"), missing.getMessage());
  }
}
