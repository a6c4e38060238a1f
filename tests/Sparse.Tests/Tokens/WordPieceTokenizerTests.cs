using System.Text;
using CsCheck;
using Sparse.Tokens;

namespace Sparse.Tests.Tokens;

public class WordPieceTokenizerTests
{
    // Enough of bert-base-uncased's pieces for the texts below; ids are places in this list.
    private static readonly string[] Pieces =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "un", "##aff", "##able", "hello", "world", "cafe", "!", ",", "=", "$", "_", "i", "##s",
        "中", "文", "##i", "ss", "\u1112", "##\u1161", "##\u11AB", "𠀀", "no", "##n", "'", "##x", "x", "丽",
    ];

    private static readonly WordPieceTokenizer Uncased = FromPieces(Pieces);

    [TestCase("unaffable", "un ##aff ##able", TestName = "Longest pieces are taken from the left")]
    [TestCase("Hello, WORLD!", "hello , world !", TestName = "Case is folded and punctuation stands alone")]
    [TestCase("café cafe\u0301", "cafe cafe", TestName = "Accents are stripped, composed or combining")]
    [TestCase("a=a$a_a", "a = a $ a _ a", TestName = "ASCII symbols and the underscore are punctuation")]
    [TestCase("≠", "=", TestName = "A symbol that decomposes to ASCII is punctuation")]
    [TestCase("a\u00A0a\u2003a\u3000a\u2028a", "a a a a a", TestName = "All blanks of Unicode end words")]
    [TestCase("hel\u200Blo hel\u00ADlo hel\0lo hel\uFEFFlo hel\u0085lo hel\u001Flo", "hello hello hello hello hello hello", TestName = "Control and format characters vanish inside words")]
    [TestCase("hel\uFFFDlo", "hello", TestName = "The replacement character vanishes")]
    [TestCase("hel\uD800lo \uDC00a", "hello a", TestName = "Unpaired surrogates vanish")]
    [TestCase("hello中文world", "hello 中 文 world", TestName = "Chinese characters stand alone")]
    [TestCase("\U0002F800\U00020000丽", "丽 𠀀 丽", TestName = "Chinese characters outside the basic plane stand alone")]
    [TestCase("한", "\u1112 ##\u1161 ##\u11AB", TestName = "Hangul syllables decompose to letters")]
    [TestCase("İs", "i ##s", TestName = "The dotted capital I loses its dot")]
    [TestCase("ẞ ß", "[UNK] [UNK]", TestName = "Sharp s stays sharp")]
    [TestCase("hellozz a", "[UNK] a", TestName = "A word not spelt to its end is unknown as a whole")]
    [TestCase("a [MASK] a[SEP]a [mask]", "a [MASK] a [SEP] a [UNK] [UNK] [UNK]", TestName = "Added tokens match in raw text, case and all")]
    [TestCase("", "", TestName = "Nothing gives nothing")]
    [TestCase(" \t\r\n", "", TestName = "Blanks give nothing")]
    public void Text_becomes_pieces(string text, string pieces) =>
        Assert.That(string.Join(' ', Spell(Uncased.Encode(text, 100, addSpecialTokens: false))), Is.EqualTo(pieces));

    [Test]
    public void Offsets_are_places_in_the_original_text()
    {
        const string text = " He\u0301LLO,\u00ADunaff\0able 한 𠀀!";

        TokenSequence tokens = Uncased.Encode(text);

        Assert.That(Spell(tokens), Is.EqualTo(new[] { "[CLS]", "hello", ",", "un", "##aff", "##able", "\u1112", "##\u1161", "##\u11AB", "𠀀", "!", "[SEP]" }));
        string[] spans = [.. tokens.Tokens.ToArray().Select(token => text[token.Start..token.End])];
        Assert.That(spans, Is.EqualTo(new[] { "", "He\u0301LLO", ",", "un", "aff", "able", "한", "한", "한", "𠀀", "!", "" }));
        Assert.That(tokens.Tokens[0].IsAdded && tokens.Tokens[^1].IsAdded && !tokens.Tokens[1].IsAdded, Is.True);
    }

    [Test]
    public void Truncation_keeps_the_closing_marker()
    {
        Assert.That(Spell(Uncased.Encode("a hello a hello", 4)), Is.EqualTo(new[] { "[CLS]", "a", "hello", "[SEP]" }));
        Assert.That(Uncased.Encode("a hello a hello", 4).IsTruncated, Is.True);
        Assert.That(Uncased.Encode("a hello ", 4).IsTruncated, Is.False);
        Assert.That(Spell(Uncased.Encode("a hello", 2)), Is.EqualTo(new[] { "[CLS]", "[SEP]" }));
        Assert.That(Spell(Uncased.Encode("a hello a", 2, addSpecialTokens: false)), Is.EqualTo(new[] { "a", "hello" }));
        Assert.That(Spell(Uncased.Encode("a [MASK]", 3)), Is.EqualTo(new[] { "[CLS]", "a", "[SEP]" }));
        Assert.That(() => Uncased.Encode("a", 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("maxTokens"));
    }

    [Test]
    public void Truncation_inside_a_word_counts_the_whole_word_first()
    {
        // The pieces of "unaffable" end past the limit; those of "unaffzz" lead nowhere, so one unknown piece takes their place.
        Assert.That(Spell(Uncased.Encode("unaffable", 2, addSpecialTokens: false)), Is.EqualTo(new[] { "un", "##aff" }));
        Assert.That(Spell(Uncased.Encode("unaffzz", 2, addSpecialTokens: false)), Is.EqualTo(new[] { "[UNK]" }));
    }

    [Test]
    public void Words_of_more_than_a_hundred_code_points_are_unknown()
    {
        Assert.That(Spell(Uncased.Encode(new string('x', 100), 200, addSpecialTokens: false)), Has.Length.EqualTo(100));
        TokenSequence tokens = Uncased.Encode("a " + new string('x', 101) + " a", 200, addSpecialTokens: false);
        Assert.That(Spell(tokens), Is.EqualTo(new[] { "a", "[UNK]", "a" }));
        Assert.That(tokens.Tokens[1], Is.EqualTo(new Token(1, 2, 103)));
        Assert.That(Spell(Uncased.Encode(string.Concat(Enumerable.Repeat("\U00010400", 101)) + "a", 200, addSpecialTokens: false)), Is.EqualTo(new[] { "[UNK]" }));
    }

    [Test]
    public void Megabytes_take_linear_time_whatever_they_hold()
    {
        foreach (string unit in new[] { "x", "unaffable ", "[", "[MASK", "한", "\uD800", "\0", "e\u0301", "\U0001F600", "=", " " })
        {
            string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
            Assert.That(Uncased.Encode(text, int.MaxValue).Count, Is.LessThan(4_000_000), unit);
        }
    }

    [Test]
    public void Case_and_accents_stay_where_the_vocabulary_is_cased()
    {
        WordPieceTokenizer cased = FromPieces([.. Pieces, "Café"], lowercase: false);

        Assert.That(Spell(cased.Encode("Café cafe Cafe", 9, addSpecialTokens: false), cased), Is.EqualTo(new[] { "Café", "cafe", "[UNK]" }));
    }

    [Test]
    public void Special_ids_are_those_of_the_markers() => Assert.That(Uncased.SpecialIds, Is.EquivalentTo(new[] { 0, 1, 2, 3, 4 }));

    [Test]
    public void Fingerprint_covers_vocabulary_and_settings()
    {
        Assert.That(FromPieces(Pieces).Fingerprint, Is.EqualTo(Uncased.Fingerprint).And.Length.EqualTo(16));
        Assert.That(FromPieces(Pieces, lowercase: false).Fingerprint, Is.Not.EqualTo(Uncased.Fingerprint));
        Assert.That(FromPieces([.. Pieces, "z"]).Fingerprint, Is.Not.EqualTo(Uncased.Fingerprint));
    }

    [Test]
    public void Ten_words_allocate_their_tokens_and_little_more()
    {
        const string text = "hello world , unaffable cafe ! a hello world no";
        Uncased.Encode(text);

        long before = GC.GetAllocatedBytesForCurrentThread();
        TokenSequence tokens = Uncased.Encode(text);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.That(bytes, Is.LessThanOrEqualTo(100 + (tokens.Count * 12)));
    }

    [Test]
    public void Any_string_gives_ordered_spans_that_cover_what_they_claim() =>
        Gen.Select(AnyText, Gen.Int[2, 60], Gen.Bool).Sample(
            (text, limit, special) =>
            {
                TokenSequence tokens = Uncased.Encode(text, limit, special);
                if (tokens.Count > limit || (tokens.IsTruncated && tokens.Count != limit))
                {
                    Assert.Fail($"{tokens.Count} tokens of at most {limit}");
                }

                Token previous = default;
                foreach (Token token in tokens.Tokens)
                {
                    if (token.IsAdded)
                    {
                        continue;
                    }

                    // Pieces of one character may share its span; otherwise spans follow each other.
                    bool isOrdered = token.Start >= previous.End || (token.Start >= previous.Start && token.End >= previous.End);
                    bool isInside = token.Start < token.End && token.End <= text.Length && (uint)token.Id < (uint)Uncased.Vocabulary.Count;
                    if (!isOrdered || !isInside)
                    {
                        Assert.Fail($"{token} after {previous} in {text.Length} units");
                    }

                    AssertSpanAloneGives(token, text);
                    previous = token;
                }
            },
            seed: "0000KOIXNKZ1", iter: 5000);

    [Test]
    public void Texts_joined_by_a_blank_give_the_tokens_of_both() =>
        Gen.Select(AnyText, AnyText).Sample(
            (left, right) =>
            {
                string[] apart = [.. Spell(Uncased.Encode(left, 500, false)), .. Spell(Uncased.Encode(right, 500, false))];
                Assert.That(Spell(Uncased.Encode(left + " " + right, 1000, false)), Is.EqualTo(apart));
            },
            seed: "0000KOIXNKZ1", iter: 2000);

    private static Gen<string> AnyText { get; } = Gen.OneOf(
            Gen.OneOf([.. new[] { "hello", " ", "un", "able", "[MASK]", "[", "é", "中", "한", "\0", "\uD83D", "\uDE00", "\u0301", "İ", "=" }.Select(Gen.Const)]),
            Gen.Char.Select(c => c.ToString()),
            Gen.Int[0, 0x10F7FF].Select(c => char.ConvertFromUtf32(c < 0xD800 ? c : c + 0x800)))
        .Array[0, 40].Select(string.Concat);

    /// <summary>Encoding only the claimed span must bring the token back, unless it is a part of a longer word or of a character.</summary>
    private static void AssertSpanAloneGives(Token token, string text)
    {
        string piece = Uncased.Vocabulary[token.Id];
        if (piece.StartsWith("##", StringComparison.Ordinal) || piece[0] is >= '\u1100' and <= '\u11FF' || token.Id == 1)
        {
            return;
        }

        Token[] alone = Uncased.Encode(text[token.Start..token.End], 100, addSpecialTokens: false).Tokens.ToArray();
        if (alone.Length != 1 || alone[0].Id != token.Id)
        {
            Assert.Fail($"span '{text[token.Start..token.End]}' of {piece} gives {string.Join(' ', alone)}");
        }
    }

    private static string[] Spell(TokenSequence tokens, WordPieceTokenizer? tokenizer = null) =>
        [.. tokens.Tokens.ToArray().Select(token => (tokenizer ?? Uncased).Vocabulary[token.Id])];

    private static WordPieceTokenizer FromPieces(string[] pieces, bool lowercase = true) =>
        WordPieceTokenizer.FromVocabulary(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', pieces) + "\n")), lowercase);
}
