using System.Collections.ObjectModel;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Sparse.Formats;

/// <summary>Reads an HTML file as one document: its title and its visible text.</summary>
/// <remarks>
/// AngleSharp parses as browsers do, so malformed pages are read, not refused; it also finds the page's encoding. The tree is
/// walked without recursion, because broken pages nest thousands deep.
/// </remarks>
internal static class HtmlReader
{
    private static readonly HashSet<string> Invisible = new(StringComparer.OrdinalIgnoreCase)
    {
        "SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "HEAD", "IFRAME", "OBJECT", "SVG", "MATH", "CANVAS",
    };

    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "A", "ABBR", "B", "BDI", "BDO", "CITE", "CODE", "DATA", "DEL", "DFN", "EM", "FONT", "I", "INS", "KBD", "LABEL", "MARK", "Q",
        "S", "SAMP", "SMALL", "SPAN", "STRONG", "SUB", "SUP", "TIME", "TT", "U", "VAR", "WBR",
    };

    static HtmlReader() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    internal static CorpusDocument Read(Stream stream, CorpusFile file)
    {
        using IHtmlDocument page = new HtmlParser().ParseDocument(stream);
        string title = Collapse(page.Title ?? "");
        if (title.Length == 0 && page.QuerySelector("h1") is { } heading)
        {
            title = VisibleText(heading);
        }

        return new CorpusDocument(file.Id, title, page.Body is { } body ? VisibleText(body) : "", ReadOnlyDictionary<string, string>.Empty);
    }

    private static string VisibleText(INode root)
    {
        var text = new StringBuilder();
        INode? node = root;
        bool descend = true;
        while (node is not null)
        {
            if (descend)
            {
                if (node is IText run)
                {
                    text.Append(run.Data);
                }
                else if (node is IElement element && !Inline.Contains(element.LocalName))
                {
                    // A block, a cell or a line break ends a word.
                    text.Append(' ');
                }
            }

            if (descend && node.FirstChild is { } child && IsVisible(node))
            {
                node = child;
                continue;
            }

            if (node is IElement left && !Inline.Contains(left.LocalName))
            {
                text.Append(' ');
            }

            if (node == root)
            {
                break;
            }

            descend = node.NextSibling is not null;
            node = node.NextSibling ?? node.Parent;
        }

        return Collapse(text.ToString());
    }

    private static bool IsVisible(INode node) =>
        node is not IElement element || (!Invisible.Contains(element.LocalName) && !element.HasAttribute("hidden"));

    private static string Collapse(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
