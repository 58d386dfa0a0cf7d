import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/** Runs a program that ends as soon as its standard input does, so that no server outlives its test: `Attached MAIN ARGUMENT...`. */
public class Attached {
    public static void main(String[] arguments) throws Throwable {
        Thread watch = new Thread(Attached::endWithInput, "attached");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class)
                .invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() != -1) {}
        } catch (Exception e) {
            e.printStackTrace();
        }
        Runtime.getRuntime().halt(0);
    }
}
