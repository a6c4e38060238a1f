namespace Sparse.OpenSearch.Cluster;

/// <summary>Where an index is to be found: URL[,URL...][/NAME].</summary>
/// <param name="Hosts">Addresses of nodes, each ending in a slash; the next one is asked where one does not answer.</param>
/// <param name="Name">Name of the index; null where the address has none.</param>
internal sealed record ClusterAddress(IReadOnlyList<Uri> Hosts, string? Name)
{
    // Bytes of a name, less what the name of a generation needs.
    private const int LongestName = 200;

    /// <summary>The address for messages.</summary>
    public string Text => Hosts[0].ToString().TrimEnd('/');

    /// <summary>Reads an address.</summary>
    /// <param name="target">Such as https://search.example.org:9200/articles.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static ClusterAddress Parse(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        string[] parts = target.Split(',', StringSplitOptions.TrimEntries);
        var hosts = new List<Uri>();
        string? name = null;
        foreach (string part in parts)
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            {
                throw new ArgumentException($"'{Shorten(part)}' is no address of a server; give http://HOST:9200/NAME or https://HOST:9200/NAME.", nameof(target));
            }

            if (url.UserInfo.Length > 0)
            {
                throw new ArgumentException("The address holds a user or password, which others could read in process lists and logs; put them into SPARSE_USER and SPARSE_PASSWORD.", nameof(target));
            }

            if (url.Query.Length > 0 || url.Fragment.Length > 0)
            {
                throw new ArgumentException($"'{Shorten(part)}' has something behind a '?' or '#'; an address ends with the index's name.", nameof(target));
            }

            int slash = url.AbsolutePath.LastIndexOf('/');
            if (slash + 1 < url.AbsolutePath.Length)
            {
                name = Uri.UnescapeDataString(url.AbsolutePath[(slash + 1)..]);
            }

            hosts.Add(new Uri(url, url.AbsolutePath[..(slash + 1)]));
        }

        if (name is not null && Problem(name) is { } problem)
        {
            throw new ArgumentException($"An index can't be named '{Shorten(name)}': {problem}.", nameof(target));
        }

        return new ClusterAddress(hosts, name);
    }

    /// <summary>The name of the remote index of a local one: the folder's, as far as servers allow it.</summary>
    /// <param name="folder">The folder.</param>
    public static string NameOf(string folder)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).ToLowerInvariant();
        name = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')).TrimStart('.', '_', '-');
        return Problem(name) is null ? name : throw new ArgumentException($"The folder '{Shorten(folder)}' has no name that an index could take; give the target as URL/NAME.", nameof(folder));
    }

    private static string? Problem(string name) =>
        name.Length == 0 ? "the name is empty"
        : name.Length > LongestName ? $"it has {name.Length} characters, and {LongestName} are possible"
        : !char.IsAsciiLetterOrDigit(name[0]) ? "it has to begin with a letter or digit"
        : name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '-')) ? "use lower-case letters, digits, '.', '_' and '-'"
        : name.Contains(Generation.Mark, StringComparison.Ordinal) ? $"'{Generation.Mark}' is what this library puts between a name and a number"
        : null;

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
