package io.tyto.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import org.junit.jupiter.api.Test;

/// The fences of ARCHITECTURE.md that Maven's modules cannot draw.
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.tyto");

  private static void fence(String library, String... rooms) {
    noClasses()
        .that()
        .resideOutsideOfPackages(rooms)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .because(library + " stays behind its fence, see ARCHITECTURE.md")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void librariesStayBehindTheirFences() {
    fence("io.vertx..", "io.tyto.gateway..", "io.tyto.cluster..", "io.tyto.server..");
    fence("com.hazelcast..", "io.tyto.cluster.member..");
    fence("graphql..", "io.tyto.graphqlschema..", "io.tyto.gateway..");
    fence("org.roaringbitmap..", "io.tyto.index..");
    fence("net.openhft..", "io.tyto.engine.state..");
    fence("jdk.incubator.vector..", "io.tyto.engine.kernel..");
    fence("org.yaml..", "io.tyto.ingest.config..", "io.tyto.server.settings..");
    fence("org.snakeyaml..", "io.tyto.ingest.config..", "io.tyto.server.settings..");
    fence("org.apache.avro..", "io.tyto.ingest.avro..");
    fence("com.google.protobuf..", "io.tyto.ingest.protobuf..");
    fence("com.google.re2j..", "io.tyto.engine..", "io.tyto.ingest.config..");
    fence("org.duckdb..", "io.tyto.testkit..", "io.tyto.perf..");
    fence("com.nimbusds..", "io.tyto.gateway.access..");
    fence("io.nats..", "io.tyto.ingest.nats..");
    fence("org.apache.arrow..", "io.tyto.gateway.export..");
    fence("org.apache.parquet..", "io.tyto.gateway.export..");
    fence("com.google.flatbuffers..", "io.tyto.gateway.export..");
    fence("org.apache.kafka..", "io.tyto.ingest.kafka..", "io.tyto.testkit.kafka..");
    fence("com.google.common..", "io.tyto.ingest.enrich.builtin..");
    fence("com.maxmind..", "io.tyto.ingest.enrich.builtin..");
    fence("ua_parser..", "io.tyto.ingest.enrich.builtin..");
    fence("picocli..", "io.tyto.server.cli..");
    fence("io.micrometer..", "io.tyto.gateway.observe..");
    fence("io.prometheus..", "io.tyto.gateway.observe..");
    fence("io.opentelemetry..", "io.tyto.gateway.observe..");
  }

  @Test
  void theStoreInABucketIsKnownToWhoeverOpensStoresAndKnowsTheStoreOnly() {
    fence("io.tyto.store.s3..", "io.tyto.store.s3..", "io.tyto.ingest", "io.tyto.server..");
    noClasses()
        .that()
        .resideInAPackage("io.tyto.store.s3..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.tyto.store.catalog..",
            "io.tyto.store.document..",
            "io.tyto.store.maintenance..",
            "io.tyto.store.manifest..",
            "com.fasterxml..")
        .check(CLASSES);
  }

  @Test
  void onlyTheMemoryPackageMapsFilesAndOpensArenas() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.tyto.engine.memory..")
        .should()
        .callMethod(java.lang.foreign.Arena.class, "ofShared")
        .orShould()
        .callMethod(java.lang.foreign.Arena.class, "ofConfined")
        .orShould()
        .callMethod(java.lang.foreign.Arena.class, "ofAuto")
        .because("whoever opens an arena answers for its lifetime")
        .check(CLASSES);
  }

  @Test
  void onlyTheObserverOfRequestsHandlesTheirEnds() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.tyto.gateway.observe.Requests")
        .and()
        // Calls of other nodes have a server of their own, which nobody observes.
        .resideOutsideOfPackage("io.tyto.cluster.rpc..")
        .should()
        .callMethod(HttpServerResponse.class, "closeHandler", Handler.class)
        .orShould()
        .callMethod(HttpServerResponse.class, "endHandler", Handler.class)
        .because("a response has one of each, and Requests.ifGone tells everybody")
        .check(CLASSES);
  }

  @Test
  void theModelKnowsNobodyAndDoesNothing() {
    noClasses()
        .that()
        .resideInAPackage("io.tyto.model..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net.http..")
        .check(CLASSES);
  }

  @Test
  void insideTheEngineImportsGoOneWay() {
    noClasses()
        .that()
        .resideInAnyPackage("io.tyto.engine.vector..", "io.tyto.engine.memory..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.tyto.engine.plan..",
            "io.tyto.engine.group..",
            "io.tyto.engine.filter..",
            "io.tyto.engine.segment..",
            "io.tyto.engine.tail..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.tyto.engine.segment..", "io.tyto.engine.tail..", "io.tyto.engine.group..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.tyto.engine.plan..")
        .check(CLASSES);
  }
}
