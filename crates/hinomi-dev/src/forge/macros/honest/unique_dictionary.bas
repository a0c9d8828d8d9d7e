Option Explicit

Public Sub 重複なし()
    Dim d As Object, r As Long, k As Variant
    Set d = CreateObject("Scripting.Dictionary")
    For r = 2 To {number}
        k = Cells(r, 1).Value
        If Not d.Exists(k) Then d.Add k, 0
        d(k) = d(k) + 1
    Next r
    r = 2
    For Each k In d.Keys
        Cells(r, 5).Value = k
        Cells(r, 6).Value = d.Item(k)
        r = r + 1
    Next k
End Sub
