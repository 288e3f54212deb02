package rs.loyalty;

/** A column of ids: whole numbers or text. */
public final class Ids {
    final long[] numbers;
    final String[] text;

    private Ids(long[] numbers, String[] text) {
        this.numbers = numbers;
        this.text = text;
    }

    public static Ids of(long... numbers) {
        return new Ids(numbers.clone(), null);
    }

    public static Ids of(String... text) {
        return new Ids(null, text.clone());
    }

    int length() {
        return numbers == null ? text.length : numbers.length;
    }
}
