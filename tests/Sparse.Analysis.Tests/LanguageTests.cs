using System.Text.Json;
using Lucene.Net.Analysis;
using Lucene.Net.Analysis.TokenAttributes;

namespace Sparse.Analysis.Tests;

[TestFixture]
internal sealed class LanguageTests
{
    // Two forms of one word, and a word that tells nothing.
    [TestCase("ar", "الكتاب", "كتاب", "من")]
    [TestCase("bg", "книгата", "книга", "на")]
    [TestCase("ca", "gats", "gat", "els")]
    [TestCase("cs", "knihy", "kniha", "na")]
    [TestCase("da", "bøgerne", "bøger", "og")]
    [TestCase("de", "häuser", "haus", "und")]
    [TestCase("el", "δρόμος", "δρόμοι", "και")]
    [TestCase("en", "ponies", "pony", "the")]
    [TestCase("es", "libros", "libro", "los")]
    [TestCase("fi", "taloissa", "talo", "ja")]
    [TestCase("fr", "maisons", "maison", "les")]
    [TestCase("hi", "किताबें", "किताब", "और")]
    [TestCase("hu", "könyvek", "könyv", "és")]
    [TestCase("id", "membaca", "baca", "yang")]
    [TestCase("it", "della casa", "casa", "gli")]
    [TestCase("nl", "boeken", "boek", "het")]
    [TestCase("no", "bøkene", "bøker", "og")]
    [TestCase("pt", "livros", "livro", "uma")]
    [TestCase("ro", "cărțile", "cărți", "pe")]
    [TestCase("ru", "книги", "книга", "на")]
    [TestCase("sv", "böckerna", "böcker", "och")]
    [TestCase("tr", "kitaplar", "kitap", "ve")]
    public void A_language_joins_forms_and_leaves_out_stop_words(string language, string form, string other, string stop)
    {
        using Analyzer analyzer = LexicalAnalyzers.Create(language);
        Assert.That(Words(analyzer, form), Is.EqualTo(Words(analyzer, other)).And.Not.Empty);
        Assert.That(Words(analyzer, stop), Is.Empty);
        Assert.That(Words(analyzer, $"{stop} {form}, {other}!"), Has.Length.EqualTo(2));
    }

    [Test]
    public void No_language_puts_two_words_at_one_place()
    {
        foreach (string language in LexicalAnalyzers.Languages)
        {
            using Analyzer analyzer = LexicalAnalyzers.Create(language);
            foreach (string text in new[] { "The Häuser l'avion d'été 北京大学 книги كتاب 3.14 x-y_z don't", "किताब และ 한국어 カタカナ ǅ ß" })
            {
                using TokenStream stream = analyzer.GetTokenStream("text", text);
                IPositionIncrementAttribute increment = stream.AddAttribute<IPositionIncrementAttribute>();
                stream.Reset();
                while (stream.IncrementToken())
                {
                    Assert.That(increment.PositionIncrement, Is.GreaterThan(0), language);
                }

                stream.End();
            }
        }
    }

    [TestCase("Wie kann ich die Datei auf dem Server löschen?", "de")]
    [TestCase("comment est-ce que je peux supprimer le fichier dans la base", "fr")]
    [TestCase("как удалить файл", "ru")]
    [TestCase("如何删除文件", "zh")]
    [TestCase("ファイルを削除する方法", "ja")]
    [TestCase("파일을 삭제하는 방법", "ko")]
    [TestCase("how do I delete a file on the server", null)]
    [TestCase("p53 die kinase in vivo", null)]
    [TestCase("schadenfreude kindergarten", null)]
    [TestCase("α-synuclein and β-catenin", null)]
    [TestCase("", null)]
    [TestCase("12345 !!", null)]
    public void A_text_in_another_language_is_noticed_and_doubt_is_silent(string text, string? language) =>
        Assert.That(TextLanguage.OtherThan(text, "en"), Is.EqualTo(language));

    [Test]
    public void Most_foreign_questions_are_noticed_and_hardly_an_English_one()
    {
        string folder = SharedFolder();
        foreach (string english in new[] { "scifact", "nfcorpus", "cranfield", "vespa-docs-qa", "xquad/en" })
        {
            string[] queries = [.. Texts(Path.Combine(folder, english, "queries.jsonl"))];
            int wrong = queries.Count(query => TextLanguage.OtherThan(query, "en") is not null);
            TestContext.Out.WriteLine($"{english}: {wrong} of {queries.Length} taken for another language");
            Assert.That(wrong, Is.LessThanOrEqualTo(queries.Length / 500), english);
        }

        foreach (string language in new[] { "ar", "de", "el", "es", "hi", "ro", "ru", "th", "tr", "zh" })
        {
            string[] queries = [.. Texts(Path.Combine(folder, "xquad", language, "queries.jsonl"))];
            string[] documents = [.. Texts(Path.Combine(folder, "xquad", language, "corpus.jsonl"))];
            int noticed = queries.Count(query => TextLanguage.OtherThan(query, "en") is not null);
            int named = documents.Count(text => TextLanguage.OtherThan(text, "en") == language);
            TestContext.Out.WriteLine($"{language}: {noticed} of {queries.Length} questions noticed, {named} of {documents.Length} paragraphs named");
            Assert.That(named, Is.GreaterThan(documents.Length * 0.95), language);

            // Turkish says with endings what others say with stop words.
            Assert.That(noticed, Is.GreaterThan(queries.Length * (language == "tr" ? 0.4 : 0.75)), language);
        }
    }

    private static string[] Words(Analyzer analyzer, string text)
    {
        var words = new List<string>();
        using TokenStream stream = analyzer.GetTokenStream("text", text);
        ICharTermAttribute term = stream.AddAttribute<ICharTermAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            words.Add(term.ToString());
        }

        stream.End();
        return [.. words];
    }

    private static IEnumerable<string> Texts(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.GetProperty("text").GetString()!;
        }
    }

    private static string SharedFolder()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sparse.sln")))
        {
            folder = folder.Parent;
        }

        string data = Path.Combine(folder?.Parent?.FullName ?? "", "shared", "data");
        if (!Directory.Exists(Path.Combine(data, "xquad")))
        {
            Assert.Ignore("skipped: ../shared/data/xquad is not here");
        }

        return data;
    }
}
