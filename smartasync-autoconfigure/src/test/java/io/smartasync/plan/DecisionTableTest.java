package io.smartasync.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of the design, cell by cell. */
@Timeout(30)
class DecisionTableTest {

    /** {@code named}: an executor or a timeout on the method or by a rule. {@code *}: whatever it is. */
    private static final String TABLE = """
            shape     | workload     | named | background | PLATFORM     | SERVLET      | VIRTUAL      | EVENT_LOOP
            BLOCKING  | IO           | false | false      | DIRECT       | DIRECT       | DIRECT       | REJECT
            BLOCKING  | CPU          | false | false      | DIRECT       | DIRECT       | AWAIT        | REJECT
            BLOCKING  | IO           | true  | false      | AWAIT        | AWAIT        | AWAIT        | REJECT
            BLOCKING  | CPU          | true  | false      | AWAIT        | AWAIT        | AWAIT        | REJECT
            BLOCKING  | NON_BLOCKING | *     | false      | DIRECT       | DIRECT       | DIRECT       | DIRECT
            FUTURE    | IO           | *     | false      | OFFLOAD      | OFFLOAD      | OFFLOAD      | OFFLOAD
            FUTURE    | CPU          | *     | false      | OFFLOAD      | OFFLOAD      | OFFLOAD      | OFFLOAD
            FUTURE    | NON_BLOCKING | *     | false      | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            PUBLISHER | IO           | *     | false      | OFFLOAD      | OFFLOAD      | OFFLOAD      | OFFLOAD
            PUBLISHER | CPU          | *     | false      | OFFLOAD      | OFFLOAD      | OFFLOAD      | OFFLOAD
            PUBLISHER | NON_BLOCKING | *     | false      | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            *         | *            | *     | true       | OFFLOAD      | OFFLOAD      | OFFLOAD      | OFFLOAD
            """;

    private static final List<List<String>> ROWS =
            TABLE.lines().map(row -> List.of(row.trim().split("\\s*\\|\\s*"))).toList();

    /** All that there is, whether the table has it or not. */
    static Stream<Arguments> cells() {
        return Arrays.stream(Shape.values())
                .flatMap(shape -> Stream.of(Workload.IO, Workload.CPU, Workload.NON_BLOCKING)
                        .flatMap(workload -> Stream.of(false, true).flatMap(named -> Stream.of(false, true)
                                .flatMap(background -> Arrays.stream(Caller.values())
                                        .map(caller -> Arguments.of(shape, workload, named, background, caller))))));
    }

    @ParameterizedTest(name = "{0}, {1}, named={2}, background={3}, from {4}")
    @MethodSource("cells")
    void eachCellIsAsTheDesignHasIt(Shape shape, Workload workload, boolean named, boolean background, Caller caller) {
        assertThat(DecisionTable.path(shape, workload, named, background, caller))
                .isEqualTo(expected(List.of("" + shape, "" + workload, "" + named, "" + background), caller));
    }

    private static ExecutionPath expected(List<String> key, Caller caller) {
        List<List<String>> matches =
                ROWS.stream().filter(row -> matches(row, key)).toList();
        assertThat(matches).as("rows for " + key).hasSize(1);
        return ExecutionPath.valueOf(matches.get(0).get(ROWS.get(0).indexOf(caller.name())));
    }

    private static boolean matches(List<String> row, List<String> key) {
        for (int i = 0; i < key.size(); i++) {
            if (!row.get(i).equals("*") && !row.get(i).equals(key.get(i))) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource({"BLOCKING, IO", "FUTURE, IO", "PUBLISHER, NON_BLOCKING"})
    void autoIsWhatTheShapeSuggests(Shape shape, Workload meaning) {
        assertThat(DecisionTable.resolve(Workload.AUTO, shape)).isEqualTo(meaning);
    }

    @ParameterizedTest
    @EnumSource(value = Workload.class, names = "AUTO", mode = EnumSource.Mode.EXCLUDE)
    void aWorkloadThatIsSaidIsTakenAsItIs(Workload workload) {
        for (Shape shape : Shape.values()) {
            assertThat(DecisionTable.resolve(workload, shape)).isEqualTo(workload);
        }
    }

    @ParameterizedTest
    @EnumSource
    void autoHasNoCell(Shape shape) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DecisionTable.path(shape, Workload.AUTO, false, false, Caller.PLATFORM));
    }
}
