Public Function 検査値(ByVal s As String) As String
    Dim i As Long, x As Long
    x = 255
    For i = 1 To Len(s)
        x = (x Xor Asc(Mid(s, i, 1))) And 255
    Next
    検査値 = Right("0" & Hex(x), 2)
End Function
