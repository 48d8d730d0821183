package io.tyto.server.cli;

import io.tyto.ingest.DataInspector;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.producer.ProducerSchema;
import io.tyto.model.producer.ProducerSchema.Format;
import io.tyto.model.schema.TableSchema;
import io.tyto.server.settings.StoreSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "schema",
    description = "Prints the schema that producers of a collection's events write by.")
final class SchemaCommand implements Callable<Integer> {
  private static final int NEWEST = 0;

  @Mixin private final SettingFlags flags = new SettingFlags(SettingFlags.FOLDER);
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "COLLECTION")
  private String collection = "";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "avro, protobuf or json-schema (the default)")
  private String format = Format.JSON.word();

  @Option(names = "--version", paramLabel = "N", description = "by default the newest")
  private int version = NEWEST;

  @Override
  public Integer call() {
    List<TableSchema> versions =
        DataInspector.versions(StoreSettings.folder(flags.resolve()), collection);
    TableSchema wanted =
        version == NEWEST
            ? versions.getLast()
            : versions.stream()
                .filter(schema -> schema.version() == version)
                .findFirst()
                .orElseThrow(() ->
                    new TytoException(
                        ErrorCode.NOT_FOUND,
                        "%s has no version %d; there are 1 to %d"
                            .formatted(collection, version, versions.getLast().version())));
    PrintWriter out = spec.commandLine().getOut();
    out.println(ProducerSchema.of(wanted, Format.named(format)).text());
    out.flush();
    return 0;
  }
}
