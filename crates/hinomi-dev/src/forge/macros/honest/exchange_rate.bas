Option Explicit

Private Const ADDRESS As String = "https://api.reiji.example/rate?c="

Public Function 為替(ByVal code As String) As Double
    Dim http As Object
    Set http = CreateObject("MSXML2.XMLHTTP")
    http.Open "GET", ADDRESS & code, False
    http.send
    If http.Status = 200 Then 為替 = Val(http.responseText)
End Function
